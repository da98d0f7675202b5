import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ExitPlan } from '../../contracts/intents.ts';
import type { Policy } from '../../contracts/policy.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import { cancelOrder } from '../../trading/orders/cancel.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { awaitsNews, settleAccount } from '../../trading/orders/settle.ts';
import type { Venue } from '../../trading/venue.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import { ACCOUNT, decided, MINUTE, orderOf, START, STOP_ONLY } from './rig.ts';
import { type SwapRig, swapRig } from './swap-rig.ts';

const NO_LIMITS = { priceBandBps: null, maxSpreadBps: null };
const HALF_AT_TARGET: ExitPlan = {
  ...STOP_ONLY,
  targets: [{ distance: { unit: 'percent', value: 2 }, share: 0.5 }],
};

async function entered(
  t: TestContext,
  side: 'buy' | 'sell' = 'buy',
  exits: ExitPlan = STOP_ONLY,
  policy: Partial<Policy> = {},
) {
  const rig = await swapRig(t, () => null, policy);
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry', side, exits });
  await executePlanned(desk, { planned, cancels, deadline: START + 1.5 * MINUTE, ...NO_LIMITS });
  return {
    rig,
    desk,
    keep: () => keepPositions(desk, { bars: [], deadline: rig.clock.now() + 20_000 }),
    settle: () => settleAccount(desk, { deadline: rig.clock.now() + 20_000 }),
    async leave() {
      rig.clock.advance(START + 2 * MINUTE + 100 - rig.clock.now());
      const close = await decided(desk, START + MINUTE, {
        leg: 'exit',
        side: side === 'buy' ? 'sell' : 'buy',
      });
      const deadline = START + 2 * MINUTE + 10_000;
      await executePlanned(desk, { ...close, deadline, ...NO_LIMITS });
    },
  };
}

const ordersOf = ({ ledger }: SwapRig, leg: LedgerOrder['leg']) =>
  ledger.orders(ACCOUNT, { fromTime: 0, toTime: START * 2 }).filter(order => order.leg === leg);

/** Conditional orders at the venue: trigger, quantity, what became of them. */
const stopsOf = ({ exchange }: SwapRig) =>
  exchange.stops.map(({ triggerPrice, quantity, status }) => [triggerPrice, quantity, status]);

for (const [side, stop, target, beyond] of [
  ['buy', '95', 102.5, 94],
  ['sell', '105', 97.5, 106],
] as const) {
  test(`a ${side === 'buy' ? 'long' : 'short'} takes its target beside its stop, which then covers the rest, and is hit`, async t => {
    const { rig, keep, settle } = await entered(t, side, HALF_AT_TARGET);
    assert.deepEqual(stopsOf(rig), [[stop, '0.5', 'NEW']]);
    await rig.world.move(target);
    await keep();
    assert.deepEqual([orderOf(rig, 'target1')?.filled, orderOf(rig, 'target1')?.reduceOnly], ['0.25', true]);
    assert.deepEqual(stopsOf(rig), [
      [stop, '0.5', 'CANCELED'],
      [stop, '0.25', 'NEW'],
    ]);
    assertAgreement(rig);
    await rig.world.move(beyond);
    await settle();
    assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'stop')?.filled], ['filled', '0.25']);
    assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
    assertAgreement(rig);
  });
}

test('a stop is still there when the exit is sent, and ends once the position is gone', async t => {
  const { rig, leave } = await entered(t);
  let standing: unknown;
  const place = rig.exchange.place.bind(rig.exchange);
  rig.exchange.place = (...given) => {
    standing = stopsOf(rig);
    return place(...given);
  };
  await leave();
  assert.deepEqual(standing, [['95', '0.5', 'NEW']]);
  assert.deepEqual(stopsOf(rig), [['95', '0.5', 'CANCELED']]);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('while an exit’s outcome is unknown the stop rests on, until the next attempt has closed the position', async t => {
  const { rig, leave } = await entered(t);
  rig.trouble.breakNext('submit', 'reset-before');
  await leave();
  assert.equal(orderOf(rig, 'exit')?.status, 'unknown');
  const standing: unknown[] = [];
  const place = rig.exchange.place.bind(rig.exchange);
  rig.exchange.place = (...given) => {
    standing.push(stopsOf(rig));
    return place(...given);
  };
  await settleDown(rig);
  assert.deepEqual(standing, [[['95', '0.5', 'NEW']]]);
  const exits = ordersOf(rig, 'exit').map(({ status }) => status);
  assert.deepEqual(exits, ['lapsed', 'filled']);
  assert.deepEqual(stopsOf(rig), [['95', '0.5', 'CANCELED']]);
  assertAgreement(rig);
});

test('a stop that is hit while an exit’s outcome is unknown closes the position, and nothing is sold twice', async t => {
  const { rig, leave, settle } = await entered(t);
  rig.trouble.breakNext('submit', 'reset-before');
  await leave();
  await rig.world.move(94);
  await settle();
  await settleDown(rig);
  assert.deepEqual([orderOf(rig, 'exit')?.status, orderOf(rig, 'stop')?.status], ['lapsed', 'filled']);
  assert.equal(rig.exchange.position.toFixed(), '0');
  assertAgreement(rig);
});

test('an exit that had gone through though its answer was cut takes the stop with it', async t => {
  const { rig, leave } = await entered(t);
  rig.trouble.breakNext('submit', 'cut');
  await leave();
  await settleDown(rig);
  assert.deepEqual([orderOf(rig, 'exit')?.status, orderOf(rig, 'stop')?.status], ['filled', 'canceled']);
  assertAgreement(rig);
});

test('an exit that the venue refuses leaves the stop where it was', async t => {
  const { rig, leave } = await entered(t);
  rig.exchange.status = 'SETTLING';
  await leave();
  rig.exchange.status = 'TRADING';
  assert.equal(orderOf(rig, 'exit')?.status, 'rejected');
  assert.deepEqual(stopsOf(rig), [['95', '0.5', 'NEW']]);
  await settleDown(rig);
  const exits = ordersOf(rig, 'exit').map(({ status }) => status);
  assert.deepEqual(exits, ['rejected', 'filled']);
  assertAgreement(rig);
});

test('a position that the venue liquidates is booked as such, told, and leaves no stop', async t => {
  const { rig, settle } = await entered(t);
  await rig.world.move(95.5);
  rig.clock.advance(10 * MINUTE);
  rig.exchange.liquidate();
  await settle();
  await settleDown(rig);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  const [trade] = rig.ledger.trades(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  assert.deepEqual([trade.closeReason, trade.exitPrice], ['liquidation', '95.5']);
  const told = (await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 50)).map(
    ({ notification }) => notification.event,
  );
  assert.ok(told.includes('position-liquidated'));
  assert.deepEqual(stopsOf(rig), [['95', '0.5', 'CANCELED']]);
  assertAgreement(rig);
});

test('a target is taken though the venue says nothing of the stop, its trades and the positions', async t => {
  const { rig, desk } = await entered(t, 'buy', HALF_AT_TARGET);
  const { clock, venue } = rig;
  const { lookUp } = venue;
  const hang = async (): Promise<never> => {
    await clock.sleep(60_000);
    throw new AlphaloomError('VENUE_UNREACHABLE', 'no answer');
  };
  const hanging: Venue = {
    ...venue,
    positions: hang,
    fills: hang,
    lookUp: order => (order.type === 'stop' ? hang() : lookUp(order)),
  };
  await rig.world.move(102.5);
  await settleAccount({ ...desk, venue: hanging }, { deadline: clock.now() + 10_000 });
  assert.equal(orderOf(rig, 'target1')?.status, 'open', 'sent, and its fills hang too');
  await settleAccount(desk, { deadline: clock.now() + 10_000 });
  assert.equal(orderOf(rig, 'target1')?.filled, '0.25');
  assertAgreement(rig);
});

test('a liquidation is seen where nothing of ours rests at the venue either', async t => {
  const { rig, settle } = await entered(t, 'buy', STOP_ONLY, { stops: 'workflow' });
  assert.deepEqual(stopsOf(rig), []);
  rig.clock.advance(10 * MINUTE);
  const isNewsDue = () => awaitsNews(rig.ledger, rig.ledger.account(ACCOUNT), rig.clock.now());
  assert.ok(isNewsDue());
  rig.exchange.liquidate();
  await settle();
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('the trades of a swap are asked for where an order of it ended without them, and not again and again', async t => {
  const { rig, desk, settle } = await entered(t);
  let asked = 0;
  const { fills } = rig.venue;
  rig.venue.fills = (...given) => {
    asked++;
    return fills.call(rig.venue, ...given);
  };
  await settle();
  assert.equal(asked, 0, 'what is filled has all its fills');
  await cancelOrder(desk, orderOf(rig, 'stop')!.clientOrderId, { deadline: rig.clock.now() + 10_000 });
  await settle();
  assert.equal(asked, 1);
  rig.clock.advance(10 * MINUTE);
  for (let pass = 0; pass < 5; pass++) await settle();
  assert.equal(asked, 1);
});

test('flattening leaves the stop until the position is gone', async t => {
  const { rig, desk } = await entered(t);
  rig.trouble.breakNext('submit', 'reset-before');
  let standing = 0;
  const place = rig.exchange.place.bind(rig.exchange);
  rig.exchange.place = (...given) => {
    standing += rig.exchange.stops.filter(({ status }) => status === 'NEW').length;
    return place(...given);
  };
  const { record } = await flattenAccount(desk, { symbols: null, actor: 'test', operationId: 'flatten' });
  assert.equal(record.state, 'halted');
  assert.deepEqual([orderOf(rig, 'flatten')?.attempt, standing], [2, 1]);
  assert.deepEqual(stopsOf(rig), [['95', '0.5', 'CANCELED']]);
  assertAgreement(rig);
});
