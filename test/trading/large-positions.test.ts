import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ExitPlan } from '../../contracts/intents.ts';
import type { Desk } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { assertAgreement } from './agreement.ts';
import { loopbackRig } from './loopback-rig.ts';
import {
  ACCOUNT,
  decided,
  MINUTE,
  orderOf,
  type Rig,
  type RigOptions,
  START,
  STOP_ONLY,
  tradingRig,
} from './rig.ts';

const LIMITS = { deadline: START + 1.5 * MINUTE, priceBandBps: null, maxSpreadBps: null };
/** Of a position of 0.4995: two orders of at most 0.3. */
const MOST = '0.3';

/** Where an order at market may be 0.3 at most. */
async function limitedRig(t: TestContext, options: RigOptions = {}) {
  const rig = await tradingRig(t, options);
  rig.exchange.market = { ...rig.exchange.market, maxMarketQuantity: MOST };
  return rig;
}

/** 0.5 bought there by a limit order. */
async function holding(t: TestContext, exits: ExitPlan = STOP_ONLY) {
  const rig = await limitedRig(t);
  return { rig, desk: await entered(rig, exits) };
}

async function entered(rig: Rig, exits: ExitPlan = STOP_ONLY) {
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, {
    leg: 'entry',
    type: 'limit',
    price: '101',
    exits,
  });
  await executePlanned(desk, { planned, cancels, ...LIMITS });
  return desk;
}

/** Looks after it for a while. */
async function keep({ clock }: Rig, desk: Desk): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await settleAccount(desk, { deadline: clock.now() + 5_000 });
    const kept = await keepPositions(desk, { bars: [], deadline: clock.now() + 5_000 });
    assert.ok(kept.every(({ ok }) => ok));
    await clock.sleep(2_000);
  }
}

/** Broken off where an hour does not do. */
async function flattened({ clock }: Rig, desk: Desk, onBlocked: (why: string) => void = () => {}) {
  const hour = new AbortController();
  void clock.sleep(60 * MINUTE).then(() => hour.abort());
  const all = { symbols: null, actor: 'test', operationId: 'flatten', onBlocked };
  return flattenAccount({ ...desk, signal: hour.signal }, all);
}

function ordersOf({ ledger }: Rig, leg: string): string[] {
  return ledger
    .orders(ACCOUNT, { fromTime: 0, toTime: START * 2 })
    .filter(order => order.leg === leg)
    .map(({ status, quantity }) => `${quantity} ${status}`);
}

test('the stop of a position that is more than one order may be covers what one may, and stays', async t => {
  const { rig, desk } = await holding(t);
  await keep(rig, desk);
  assert.deepEqual(ordersOf(rig, 'stop'), ['0.3 open']);
  assert.deepEqual(ordersOf(rig, 'exit'), []);
  assertAgreement(rig, MOST);
});

test('once that stop has sold, the rest leaves too', async t => {
  const { rig, desk } = await holding(t);
  await rig.exchange.move(94);
  await keep(rig, desk);
  assert.deepEqual(ordersOf(rig, 'stop')[0], '0.3 filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('a stop that becomes a limit order covers all, as far as any order may', async t => {
  const rig = await limitedRig(t, { card: { stops: 'limit' } });
  rig.exchange.stopLimit = 0.01;
  const desk = await entered(rig);
  await keep(rig, desk);
  assert.equal(ordersOf(rig, 'stop').at(-1), '0.4995 open');
  rig.exchange.market = { ...rig.exchange.market, maxQuantity: '0.4' };
  await keep(rig, desk);
  assert.equal(ordersOf(rig, 'stop').at(-1), '0.4 open');
});

test('an exit that is more than one order may be goes in parts', async t => {
  const { rig, desk } = await holding(t);
  await rig.clock.sleep(MINUTE);
  const { planned, cancels } = await decided(desk, START + MINUTE, { leg: 'exit', quantity: '0.4995' });
  await executePlanned(desk, { planned, cancels, ...LIMITS, deadline: START + 3 * MINUTE });
  assert.deepEqual(ordersOf(rig, 'exit'), ['0.3 filled', '0.1995 filled']);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('so does a target', async t => {
  const targets = [{ distance: { unit: 'percent' as const, value: 5 }, share: 0.8 }];
  const { rig, desk } = await holding(t, { ...STOP_ONLY, targets });
  await rig.exchange.move(107);
  await keep(rig, desk);
  assert.deepEqual(ordersOf(rig, 'target1'), ['0.3 filled', '0.0996 filled']);
  assert.equal(ordersOf(rig, 'stop').at(-1), '0.0999 open');
  assertAgreement(rig);
});

test('and what is flattened', async t => {
  const { rig, desk } = await holding(t);
  const blocked: string[] = [];
  const { record, passes } = await flattened(rig, desk, why => blocked.push(why));
  assert.equal(record.state, 'halted');
  assert.equal(passes, 2);
  assert.deepEqual(blocked, ['BTCUSDT: a part is sold, and the rest goes next']);
  assert.deepEqual(ordersOf(rig, 'flatten'), ['0.3 filled', '0.1995 filled']);
  assertAgreement(rig);
});

test('at an exchange that refuses what is larger, the same', async t => {
  const rig = await loopbackRig(t, { market: { maxMarketQuantity: MOST } });
  assert.equal((await rig.venue.market('BTCUSDT')).maxMarketQuantity, MOST);
  const desk = await entered(rig);
  await keep(rig, desk);
  assert.equal(orderOf(rig, 'entry')?.filled, '0.5');
  assert.deepEqual(ordersOf(rig, 'stop'), ['0.3 open']);
  assert.equal((await flattened(rig, desk)).record.state, 'halted');
  assert.ok(ordersOf(rig, 'flatten').every(order => order.endsWith('filled')));
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
});
