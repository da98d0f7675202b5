import assert from 'node:assert/strict';
import test from 'node:test';
import { near } from '../support/near.ts';
import { barsAt100, endsOf, LONG, play, policyOf, SHORT, still, USUAL_COSTS } from './bars.ts';

const NONE = { tooSmall: 0, noFunds: 0, lapsed: 0, noLevels: 0 };
const LIMIT = policyOf({ entry: { order: 'limit', offsetBps: 200, validBars: 2 } });
const LEVELS = { tick: null, lot: null, minQuantity: null, minNotional: null };

test('a limit entry waits below the close for a buy, above it for a sell, and pays the maker fee alone', () => {
  const costs = { ...USUAL_COSTS, makerFeeBps: 4 };
  const long = play(barsAt100({ 4: [100, 100, 97, 99] }), { 2: LONG }, { policy: LIMIT, costs }).trades[0];
  assert.deepEqual([long.entryBar, long.entryPrice, long.costs.spread > 0], [4, 98, true]);
  near(long.costs.fees, long.quantity * (98 * 0.0004 + long.exitPrice * 0.001));
  const short = play(barsAt100({ 3: [100, 103, 100, 101] }), { 2: SHORT }, { policy: LIMIT, costs })
    .trades[0];
  assert.deepEqual([short.entryBar, short.entryPrice], [3, 102]);
});

test('a limit that the open has jumped over fills at the better open', () => {
  const { trades } = play(barsAt100({ 3: [96, 99, 96, 99] }), { 2: LONG }, { policy: LIMIT });
  assert.equal(trades[0].entryPrice, 96);
});

test('a limit that is not reached in time lapses and is counted', () => {
  const { trades, refused } = play(barsAt100({ 5: [100, 100, 90, 99] }), { 2: LONG }, { policy: LIMIT });
  assert.deepEqual([trades.length, refused], [0, { ...NONE, lapsed: 1 }]);
});

test('while a limit rests the same signal changes nothing; on spot SHORT withdraws it, uncounted', () => {
  const path = barsAt100({ 4: [100, 100, 97, 99] });
  assert.equal(play(path, { 2: LONG, 3: LONG }, { policy: LIMIT }).trades[0].signalBar, 2);
  const market = { kind: 'spot' } as const;
  const { trades, refused } = play(path, { 2: LONG, 3: SHORT }, { policy: LIMIT, market });
  assert.deepEqual([trades.length, refused], [0, NONE]);
});

test('in the bar of a limit entry the stop counts and the target does not', () => {
  const wide = play(
    barsAt100({ 3: [100, 125, 97, 110], 4: [110, 111, 109, 110] }),
    { 2: LONG },
    { policy: LIMIT },
  );
  assert.deepEqual(endsOf(wide.trades), [['time', 6, 100]]);
  const deep = play(barsAt100({ 3: [100, 125, 87, 110] }), { 2: LONG }, { policy: LIMIT });
  assert.deepEqual(endsOf(deep.trades), [['stop', 3, 88]]);
});

test('an order takes its share of each bar’s volume, and what is left waits', () => {
  const path = barsAt100({
    3: [100, 100, 100, 100, 8],
    4: [104, 104, 104, 104, 0],
    5: [102, 102, 102, 102, 40],
  });
  const { trades } = play(path, { 2: LONG }, { policy: policyOf({ maxVolumeShare: 0.5 }) });
  // 4 at 100 in bar 3, nothing in bar 4; then the purse of 1,000 at equity 1,008 has 600 / 102 left.
  near(trades[0].quantity, 4 + (1_008 - 4 * 102) / 102);
  near(trades[0].entryPrice, (4 * 100 + 600 - 0) / (4 + 600 / 102), 1e-9);
  assert.equal(trades[0].entryBar, 3);
});

test('an entry that waits behind a leaving position fills once that has left, on whichever side', () => {
  const policy = policyOf({ maxVolumeShare: 1, onOpposite: 'reverse' });
  const thin = [100, 100, 100, 100, 4] as const;
  const path = barsAt100({
    3: [100, 100, 100, 100, 10],
    5: thin,
    6: thin,
    7: thin,
    8: thin,
    9: [100, 100, 100, 100, 99],
  });
  const { trades } = play(path, { 2: LONG, 4: SHORT, 5: LONG }, { policy, initialCash: 1_000 });
  assert.deepEqual(
    trades.map(({ side, signalBar, entryBar, exitBar }) => [side, signalBar, entryBar, exitBar]),
    [
      ['LONG', 2, 3, 7],
      ['LONG', 5, 7, 9],
    ],
  );
});

test('a target that more of the entry moved below the open fills at the open', () => {
  const rules = { ...LEVELS, lot: 1 };
  const policy = policyOf({
    exits: {
      stop: { kind: 'none' },
      target: { kind: 'percent', percent: 10 },
      targetShares: { tp1: 0.4, tp3: 0.6 },
      maxBars: 'none',
    },
    maxVolumeShare: 1,
  });
  const path = barsAt100({ 3: [90, 90, 90, 90, 2], 4: [98, 98, 98, 98, 1], 11: [100, 100, 100, 100, 9] });
  const [trade] = play(path, { 2: LONG }, { policy, market: { rules } }).trades;
  // 0.4 of 2 is no lot. With a third at 98 tp1 stands at 97.3, takes one at the open, and ends the entry.
  assert.deepEqual([trade.quantity, trade.exits, trade.exitReason], [3, 2, 'end']);
  near(trade.exitPrice, (98 + 2 * 100) / 3);
});

test('an exit that volume limits goes on at the next opens, with the reason that began it', () => {
  const policy = policyOf({ sizing: { kind: 'fraction', fraction: 1 }, maxVolumeShare: 1 });
  const path = barsAt100({
    3: [100, 100, 100, 100, 10],
    5: [100, 100, 85, 95, 4],
    6: [96, 96, 96, 96, 5],
    7: [97, 97, 97, 97, 9],
  });
  const [trade] = play(path, { 2: LONG }, { policy }).trades;
  assert.deepEqual([trade.exitReason, trade.exitBar, trade.exits, trade.quantity], ['stop', 7, 3, 10]);
  near(trade.exitPrice, (4 * 90 + 5 * 96 + 97) / 10);
});

test('an entry in a market without volume lapses with its time', () => {
  const path = barsAt100(Object.fromEntries([3, 4, 5, 6, 7].map(bar => [bar, [100, 100, 100, 100, 0]])));
  const { trades, refused } = play(path, { 2: LONG }, { policy: policyOf({ maxVolumeShare: 0.5 }) });
  assert.deepEqual([trades.length, refused], [0, { ...NONE, lapsed: 1 }]);
});

test('impact grows with the root of the share of the volume, at most the whole', () => {
  const costs = { feeBps: 0, halfSpreadBps: 0, slippageBps: 0, impactBps: 100 };
  const paid = (volume: number) =>
    play(barsAt100({ 3: [100, 100, 100, 100, volume] }), { 2: LONG }, { costs, initialCash: 100 }).trades[0];
  const quarter = paid(4);
  near(quarter.entryPrice, 100 * (1 + 0.01 * Math.sqrt(quarter.quantity / 4)));
  near(paid(0.5).entryPrice, 101);
  near(paid(0).entryPrice, 101);
});

test('quantities are floored to the lot, fills rounded to the tick against the trader, levels to the nearest', () => {
  const rules = { ...LEVELS, tick: 0.25, lot: 0.5 };
  const volatility = new Float64Array(12).fill(3.3);
  const direction = new Int8Array(12).fill(-1);
  direction[2] = LONG;
  const market = { rules, signals: { direction, volatility } };
  const path = barsAt100({ 2: [100, 103, 99, 103], 4: [100, 100, 96, 99] });
  const [trade] = play(path, {}, { costs: USUAL_COSTS, market }).trades;
  // 1,000 / 103 = 9.7 → 9.5; the stop at 96.7 stands at 96.75 and sells at 96.72 → 96.5.
  assert.deepEqual([trade.quantity, trade.entryPrice, trade.exitPrice], [9.5, 100.25, 96.5]);
  near(trade.costs.slippage, 9.5 * (0.25 - 0.01) + 9.5 * (0.25 - 0.009675));
});

test('at a price of one tick a sale is at that tick, not for nothing', () => {
  const direction = new Int8Array(12).fill(-1).fill(LONG, 2, 3);
  const signals = { direction, volatility: new Float64Array(12).fill(0.1) };
  const market = { rules: { ...LEVELS, tick: 1 }, signals };
  const setup = { costs: USUAL_COSTS, market, policy: policyOf({ exits: { stop: { kind: 'none' } } }) };
  const { trades, equity } = play(
    Array.from({ length: 12 }, () => still(1)),
    {},
    setup,
  );
  const [{ entryPrice, exitPrice, costs, netPnl, quantity }] = trades;
  assert.deepEqual([entryPrice, exitPrice], [2, 1]);
  near(costs.spread, quantity * 0.0001);
  near(netPnl, equity[11] - 1_000);
});

test('what falls under lot, minimum quantity or minimum notional is refused and counted', () => {
  for (const rules of [
    { ...LEVELS, lot: 11 },
    { ...LEVELS, minQuantity: 10.5 },
    { ...LEVELS, minNotional: 1_001 },
  ]) {
    const { trades, refused } = play(barsAt100({}), { 2: LONG }, { market: { rules } });
    assert.deepEqual([trades.length, refused], [0, { ...NONE, tooSmall: 1 }]);
  }
});

test('a stop or target that would be no price is refused and counted', () => {
  const far = policyOf({ exits: { stop: { kind: 'atr', multiple: 10 }, target: { kind: 'none' } } });
  assert.deepEqual(play(barsAt100({}), { 2: LONG }, { policy: far }).refused, { ...NONE, noLevels: 1 });
  assert.equal(play(barsAt100({}), { 2: SHORT }, { policy: far }).trades.length, 1);
});

test('a prediction below the policy’s confidence opens nothing, and still closes', () => {
  const policy = policyOf({ minConfidence: 0.6 });
  const direction = new Int8Array(12).fill(-1);
  direction[1] = direction[3] = LONG;
  direction[5] = SHORT;
  const confidence = new Float32Array(12).fill(0.5);
  confidence[3] = 0.75;
  const signals = { direction, confidence, volatility: new Float64Array(12).fill(10) };
  const { trades } = play(barsAt100({}), {}, { policy, market: { kind: 'spot', signals } });
  assert.deepEqual(
    trades.map(({ signalBar, exitBar, exitReason }) => [signalBar, exitBar, exitReason]),
    [[3, 6, 'signal']],
  );
});

test('leverage multiplies what a swap account holds, within its equity at the open', () => {
  const policy = policyOf({ maxLeverage: 5, sizing: { kind: 'fraction', fraction: 5 } });
  const { trades, equity, cash } = play(barsAt100({ 3: [125, 125, 125, 125] }), { 2: LONG }, { policy });
  assert.equal(trades[0].quantity, 40);
  assert.deepEqual([equity[3], cash[3]], [1_000, -4_000]);
});
