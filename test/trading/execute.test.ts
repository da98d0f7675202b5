import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { executePlanned } from '../../trading/execute.ts';
import { settleAccount } from '../../trading/settle.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type Rig, START, tradingRig } from './rig.ts';

const DEADLINE = START + 1.5 * MINUTE;
const NO_LIMITS = { priceBandBps: null, maxSpreadBps: null };

async function enter(t: TestContext, fault: (request: string) => Fault = () => null, deadline = DEADLINE) {
  const rig = await tradingRig(t, { fault });
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  const results = await executePlanned(desk, { planned, cancels, deadline, ...NO_LIMITS });
  return { rig, desk, results };
}

test('an entry is filled, booked, and protected by a stop over all that arrived', async t => {
  const { rig, results } = await enter(t);
  assert.equal(results[0].ok, true);
  assert.equal(orderOf(rig, 'entry')?.status, 'filled');
  const [position] = rig.ledger.positions(ACCOUNT);
  assert.equal(position.quantity, '0.4995');
  const stop = orderOf(rig, 'stop')!;
  assert.equal(stop.status, 'open');
  assert.equal(stop.stopPrice, '95');
  assert.equal(stop.quantity, '0.4995');
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('a lost request leaves the order unknown and blocks entries until it has lapsed', async t => {
  let isDown = true;
  const { rig, desk } = await enter(t, request => (request === 'submit' && isDown ? 'lost' : null));
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  isDown = false;
  const next = await decided(desk, START + MINUTE, { leg: 'entry' });
  await executePlanned(desk, { ...next, deadline: DEADLINE + MINUTE, ...NO_LIMITS });
  assert.equal(rig.exchange.orders.length, 0);
  await settleUntilQuiet(rig);
  assert.equal(rig.ledger.openOrders(ACCOUNT).length, 0);
  assert.equal(orderOfBar(rig, START)?.status, 'lapsed');
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('a cut answer is found again within the step, its position protected', async t => {
  let cuts = 1;
  const { rig } = await enter(t, request => (request === 'submit' && cuts-- > 0 ? 'cut' : null));
  assert.equal(orderOf(rig, 'entry')?.status, 'filled');
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
  assert.equal(rig.exchange.posts.get(orderOf(rig, 'entry')!.clientOrderId), 1);
});

async function settleUntilQuiet(rig: Rig): Promise<void> {
  const desk = await rig.desk();
  for (
    let round = 0;
    round < 40 && rig.ledger.openOrders(ACCOUNT).some(({ type }) => type === 'market');
    round++
  ) {
    await settleAccount(desk, { deadline: rig.clock.now() + 10_000 });
    await rig.clock.sleep(2_000);
  }
}

function orderOfBar({ ledger }: Rig, barTime: number) {
  return ledger.orders(ACCOUNT, { fromTime: 0, toTime: START * 2 }).find(order => order.barTime === barTime);
}
