import assert from 'node:assert/strict';
import test from 'node:test';
import type { EntryValidation } from '../../contracts/entry-validation.ts';
import {
  refuseUnasked,
  tellFailures,
  type ValidatingDesk,
  validatePlanned,
} from '../../trading/deciding/validate-entries.ts';
import type { LlmSettings } from '../../trading/llm/settings.ts';
import { ACCOUNT, bar, close, type Desk, desk, entry, START } from './ledger/fixtures.ts';

const SETTINGS = { endpoint: 'http://127.0.0.1:9', model: 'm', alarmAfterFailures: 2 } as LlmSettings;

/** Whoever asks is found out. */
function validating({ ledger, lease }: Desk, now: number): ValidatingDesk {
  return {
    record: ledger.account(ACCOUNT),
    ledger,
    lease: () => lease,
    bars: {} as ValidatingDesk['bars'],
    settings: SETTINGS,
    fetch: () => assert.fail('the language model was asked'),
    monotonicMs: () => 0,
    now: () => now,
  };
}

async function planned(at: Desk) {
  await at.ledger.commitClose(
    at.lease,
    close([bar('BTCUSDT')], of => [entry(of)]),
  );
  const [order] = at.ledger.openOrders(ACCOUNT);
  return order;
}

test('an entry about which the question failed is withdrawn, and never asked about again', async t => {
  const at = await desk(t);
  const order = await planned(at);
  const asking = validating(at, START);
  await refuseUnasked(asking, [order]);
  const { status, reason } = at.ledger.order(order.clientOrderId)!;
  assert.deepEqual([status, reason], ['withdrawn', 'llm-failed']);
  assert.equal(at.ledger.validation(order.clientOrderId)?.verdict, 'failed');
  assert.deepEqual(await validatePlanned(asking, [order]), []);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('nobody is asked about an entry that is too late to be sent', async t => {
  const at = await desk(t);
  const order = await planned(at);
  assert.deepEqual(await validatePlanned(validating(at, order.validUntil!), [order]), []);
});

test('failures in a row are told each time the row is so long again; a verdict ends it', async t => {
  const at = await desk(t);
  const asking = validating(at, START);
  const said = (reason: EntryValidation['reason']) =>
    ({ reason, sentence: '', model: 'm' }) as EntryValidation;
  const told = async () => {
    const due = await at.ledger.outbox.due(Number.MAX_SAFE_INTEGER, 100);
    return due.filter(({ notification }) => notification.event === 'llm-failing').length;
  };
  let row = await tellFailures(asking, [said('TIMEOUT')], 0);
  assert.deepEqual([row, await told()], [1, 0]);
  row = await tellFailures(asking, [said('UNREACHABLE')], row);
  assert.deepEqual([row, await told()], [2, 1]);
  row = await tellFailures(asking, [said('REJECTED'), said('TIMEOUT')], row);
  assert.deepEqual([row, await told()], [1, 1]);
});
