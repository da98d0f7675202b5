import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { openSqliteLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import {
  ACCOUNT,
  bar,
  desk,
  MINUTE,
  openPosition,
  outcome,
  parts,
  START,
  sentEntry,
  settings,
  startAccount,
} from './fixtures.ts';

test('a notification waits until it is delivered, and later after each failure', async t => {
  const at = await desk(t);
  const { outbox } = at.ledger;
  await at.ledger.notify({ event: 'test', key: 'k', subject: 's', at: START, facts: { price: '1.5' } });
  // What it tells of happened by the venue's clock, which may be an hour ahead: no reason to wait.
  const [entry] = await outbox.due(START - 60 * MINUTE, 10);
  assert.deepEqual(entry.notification, {
    event: 'test',
    key: 'k',
    subject: 's',
    at: START,
    facts: { price: '1.5' },
  });
  await outbox.failed(entry.id, START, START + 1_000);
  assert.deepEqual(await outbox.due(START + 999, 10), []);
  assert.deepEqual(
    (await outbox.due(START + 1_000, 10)).map(({ id, attempts }) => [id, attempts]),
    [[entry.id, 1]],
  );
  await outbox.delivered(entry.id, START + 1_000);
  assert.deepEqual(await outbox.due(Number.MAX_SAFE_INTEGER, 10), []);
  await outbox.failed(entry.id, START, START);
  assert.deepEqual(await outbox.due(Number.MAX_SAFE_INTEGER, 10), [], 'what was delivered stays so');
});

test('another process delivers without the lease, the oldest first and at most so many', async t => {
  const at = await desk(t);
  await openPosition(at);
  const order = await sentEntry(at, {}, bar('ETHUSDT'));
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'unknown', venueOrderId: null }));
  const notifier = await openSqliteLedger(at.path, parts);
  t.after(() => notifier.close());
  const events: string[] = [];
  for (;;) {
    const [next] = await notifier.outbox.due(Number.MAX_SAFE_INTEGER, 1);
    if (!next) break;
    events.push(next.notification.event);
    await notifier.outbox.delivered(next.id, START);
  }
  assert.deepEqual(events, ['trade-opened', 'order-unknown']);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('recorded bars that are played tell nobody', async t => {
  const at = await desk(t, { clock: { kind: 'replay', fromTime: 0, toTime: START }, mode: 'paper' });
  await openPosition(at);
  assert.deepEqual(await at.ledger.outbox.due(Number.MAX_SAFE_INTEGER, 10), []);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('a ledger that is opened again has its id, its accounts and its settings', async t => {
  const path = join(await temporaryHome(t), 'ledger.sqlite');
  const first = await openSqliteLedger(path, parts);
  const lease = await first.takeLease({ owner: 'x', now: START, takeOver: false });
  await startAccount(first, lease, settings());
  await first.putClock({ venue: 'binance', offsetMs: -12, measuredTime: START });
  const before = { id: first.id, accounts: first.accounts() };
  first.close();
  const second = await openSqliteLedger(path, parts);
  t.after(() => second.close());
  assert.deepEqual({ id: second.id, accounts: second.accounts() }, before);
  assert.deepEqual(second.clock('binance'), { venue: 'binance', offsetMs: -12, measuredTime: START });
  assert.equal(second.clock('kraken'), null);
});

test('what is only noted is read again', async t => {
  const at = await desk(t);
  await at.ledger.recordEvent({
    account: ACCOUNT,
    kind: 'signal-refused',
    detail: { message: 'stop' },
    now: START,
  });
  const noted = at.ledger.events(ACCOUNT, 1);
  assert.deepEqual([noted[0].kind, noted[0].detail], ['signal-refused', { message: 'stop' }]);
});

test('an account that is paused again soon after is told of again', async t => {
  const { ledger } = await desk(t);
  const tell = (message: 'pause' | 'resume', now: number) =>
    ledger.applyMessage(
      { message, account: ACCOUNT, operationId: `${message} ${now}`, actor: 'operator', payload: {} },
      { now, policy: null },
    );
  await tell('pause', START + 1);
  await tell('resume', START + 2);
  await tell('pause', START + 3);
  const keys = (await ledger.outbox.due(START + MINUTE, 50))
    .map(({ notification }) => notification)
    .filter(({ event }) => event === 'account-paused')
    .map(({ key }) => key);
  assert.equal(new Set(keys).size, 2);
});
