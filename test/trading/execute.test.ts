import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Execution, executePlanned } from '../../trading/orders/execute.ts';
import { priceObjection } from '../../trading/orders/price-check.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type Rig, START, SYMBOL, tradingRig } from './rig.ts';

const DEADLINE = START + 1.5 * MINUTE;
const NO_LIMITS = { priceBandBps: null, maxSpreadBps: null };

async function enter(t: TestContext, fault: (request: string) => Fault = () => null, deadline = DEADLINE) {
  const rig = await tradingRig(t, { fault });
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  const results = await executePlanned(desk, { planned, cancels, deadline, ...NO_LIMITS });
  return { rig, desk, results };
}

test('a stop that its keeper has just planned and sent is left alone by a close that saw it planned', async t => {
  const rig = await tradingRig(t);
  const desk = await rig.desk();
  const deadline = START + 1.5 * MINUTE;
  const limits = { deadline, priceBandBps: null, maxSpreadBps: null };
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  await executePlanned(desk, { planned, cancels, ...limits });
  const stop = orderOf(rig, 'stop')!;
  await executePlanned(desk, { planned: [{ ...stop, status: 'planned' }], cancels: [], ...limits });
  assert.equal(rig.ledger.order(stop.clientOrderId)?.status, 'open');
});

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

test('an entry is not sent where the price has left its band, or the spread is wide, or nobody tells the price', async t => {
  const cases = [
    [{ priceBandBps: 100, maxSpreadBps: null }, 101.1, 'price-moved'],
    [{ priceBandBps: 100, maxSpreadBps: null }, 98.9, 'price-moved'],
    [{ priceBandBps: 110, maxSpreadBps: null }, 101.1, null],
  ] as const;
  for (const [limits, price, reason] of cases) {
    const rig = await tradingRig(t);
    await rig.exchange.move(price);
    const desk = await rig.desk();
    const { planned } = await decided(desk, START, { leg: 'entry' });
    await executePlanned(desk, { planned, cancels: [], deadline: DEADLINE, ...limits });
    assert.equal(orderOf(rig, 'entry')?.reason ?? null, reason);
  }
  const rig = await tradingRig(t, { fault: request => (request === 'quote' ? 'lost' : null) });
  const desk = await rig.desk();
  const { planned } = await decided(desk, START, { leg: 'entry' });
  await executePlanned(desk, {
    planned,
    cancels: [],
    deadline: DEADLINE,
    priceBandBps: 10,
    maxSpreadBps: null,
  });
  assert.equal(orderOf(rig, 'entry')?.reason, 'price-unknown');
});

test('the spread counts from its middle', () => {
  const quote = { bid: '99.9', ask: '100.1', last: '100', time: 0 };
  const order = { decisionPrice: '100' };
  assert.equal(priceObjection(order, quote, { priceBandBps: null, maxSpreadBps: 20 }), null);
  assert.equal(priceObjection(order, quote, { priceBandBps: null, maxSpreadBps: 19.99 }), 'spread-wide');
});

test('what was not sent by the deadline is not sent', async t => {
  const { rig } = await enter(t, () => null, START + MINUTE);
  assert.equal(orderOf(rig, 'entry')?.reason, 'too-late');
  assert.equal(rig.exchange.posts.size, 0);
});

test('executing a close again sends nothing again', async t => {
  const { rig, desk } = await enter(t);
  const { planned } = await decided(desk, START, { leg: 'entry' });
  assert.deepEqual(planned, []);
  const entry = orderOf(rig, 'entry')!;
  await executePlanned(desk, {
    planned: [{ ...entry, status: 'planned' }],
    cancels: [],
    deadline: DEADLINE,
    ...NO_LIMITS,
  });
  assert.deepEqual([...rig.exchange.posts.values()], [1, 1]);
});

test('two at once send an order once', async t => {
  const rig = await tradingRig(t);
  const [one, other] = [await rig.desk(), await rig.desk()];
  const { planned } = await decided(other, START, { leg: 'entry' });
  const execution = { planned, cancels: [], deadline: DEADLINE, ...NO_LIMITS };
  const ends = await Promise.allSettled([
    executePlanned({ ...one, lease: other.lease }, execution),
    executePlanned(other, execution),
  ]);
  assert.ok(ends.every(({ status }) => status === 'fulfilled'));
  assert.equal(rig.exchange.posts.get(planned[0].clientOrderId), 1);
});

test('an exit sells after the stop has ended, and an entry of another close finds the symbol free', async t => {
  const { rig, desk } = await enter(t);
  rig.clock.advance(MINUTE);
  const { planned } = await decided(desk, START + MINUTE, { leg: 'exit' });
  await executePlanned(desk, { planned, cancels: [], deadline: DEADLINE + MINUTE, ...NO_LIMITS });
  assert.equal(orderOf(rig, 'stop')?.status, 'canceled');
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('what is not known of some symbols’ orders holds up no entry of another', async t => {
  const submits: string[] = [];
  const lost = new Set([0, 3]);
  const fault = (request: string): Fault => {
    if (request !== 'submit') return null;
    submits.push(request);
    return lost.has(submits.length - 1) ? 'lost' : null;
  };
  const rig = await tradingRig(t, { fault, card: { requestExpiryMs: null } });
  const desk = await rig.desk();
  const symbols = [SYMBOL, 'ETHUSDT', 'XRPUSDT'].map(symbol => ({ symbol, timeframe: '1m' }));
  const set = {
    message: 'set',
    account: ACCOUNT,
    operationId: 'set',
    actor: 'test',
    payload: { symbols },
  } as const;
  await rig.ledger.applyMessage(set, { now: rig.clock.now(), policy: null });
  const execute = (barTime: number, orders: Pick<Execution, 'planned' | 'cancels'>) =>
    executePlanned(desk, { ...orders, deadline: barTime + 10 * MINUTE, ...NO_LIMITS });
  const waiting = await decided(desk, START, { leg: 'entry', type: 'limit', price: '90', symbol: 'XRPUSDT' });
  await execute(START, waiting);
  await execute(START, await decided(desk, START, { leg: 'entry' }));
  rig.clock.advance(MINUTE);
  const [exit] = (await decided(desk, START + MINUTE, { leg: 'exit' })).planned;
  const [entry] = (await decided(desk, START + MINUTE, { leg: 'entry', symbol: 'ETHUSDT' })).planned;
  const began = rig.clock.now();
  const cancels = waiting.planned.map(({ clientOrderId }) => rig.ledger.order(clientOrderId)!);
  await execute(START + MINUTE, { planned: [exit, entry], cancels });
  assert.ok(rig.clock.now() - began <= 8_000, `${rig.clock.now() - began} ms`);
  assert.equal(rig.ledger.order(exit.clientOrderId)?.status, 'unknown');
  assert.equal(rig.ledger.order(entry.clientOrderId)?.status, 'filled');
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
