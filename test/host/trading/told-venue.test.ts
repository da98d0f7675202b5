import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLog } from '../../../host/log.ts';
import { toldVenue } from '../../../host/trading/told-venue.ts';
import type { Venue } from '../../../trading/venue.ts';
import { keysRefused } from '../../../venues/order-failure.ts';
import { eventually } from '../../support/eventually.ts';
import { ACCOUNT, desk, START } from '../../trading/ledger/fixtures.ts';

const REJECTED = { kind: 'rejected', code: 'permission', venueCode: '-2015' };

/** A venue whose balances and orders are answered as told, one after the other. */
async function scene(t: TestContext) {
  const { ledger } = await desk(t);
  const answers: ('refused' | 'fine')[] = [];
  const log = createLog('error', process.stderr);
  const venue = {
    card: { name: 'binance' },
    async balances() {
      if (answers.shift() === 'refused') throw keysRefused('binance');
      return [];
    },
    async submit() {
      return REJECTED;
    },
  } as unknown as Venue;
  const told = toldVenue(venue, { ledger, account: ACCOUNT, now: () => START, log });
  const ask = async (...next: typeof answers) => {
    answers.push(...next);
    for (const _ of next) await told.balances().catch(() => {});
    await turn();
  };
  const notifications = async () =>
    (await ledger.outbox.due(START, 100)).map(({ notification }) => notification.event);
  return { ledger, told, ask, notifications };
}

test('a key that is refused three times in a row pauses the account with the reason, and is told of once', async t => {
  const { ledger, ask, notifications } = await scene(t);
  await ask('refused', 'refused');
  assert.equal(ledger.account(ACCOUNT).state, 'running');
  await ask('refused', 'refused');
  await eventually('it is paused', () => ledger.account(ACCOUNT).state === 'paused');
  assert.match(ledger.account(ACCOUNT).stateReason, /refuses the account’s key: it is wrong or revoked/);
  assert.equal((await notifications()).filter(event => event === 'venue-refused').length, 1);
});

test('the reason of the pause says how to mend the key while a position is held', async t => {
  const { ledger, ask } = await scene(t);
  await ask('refused', 'refused', 'refused');
  await eventually('it is paused', () => ledger.account(ACCOUNT).state === 'paused');
  assert.match(
    ledger.account(ACCOUNT).stateReason,
    /then down --leave-positions, up: .*stops rest at the venue meanwhile\. Then trade resume main\.$/,
  );
});

test('an answer in between shows that the key is good', async t => {
  const { ledger, ask, notifications } = await scene(t);
  await ask('refused', 'refused', 'fine', 'refused', 'refused');
  assert.equal(ledger.account(ACCOUNT).state, 'running');
  assert.ok(!(await notifications()).includes('venue-refused'));
});

test('orders that the key may not send count as refusals too', async t => {
  const { ledger, told } = await scene(t);
  for (let at = 0; at < 3; at++) assert.deepEqual(await told.submit({} as never), REJECTED);
  await eventually('it is paused', () => ledger.account(ACCOUNT).state === 'paused');
  assert.match(
    ledger.account(ACCOUNT).stateReason,
    /does not allow the account’s key to trade: it is wrong or revoked/,
  );
});
