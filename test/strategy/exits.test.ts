import assert from 'node:assert/strict';
import test from 'node:test';
import { near } from '../support/near.ts';
import { type Bar, barsAt100, endsOf, LONG, play, policyOf, SHORT } from './bars.ts';

/** Target 20 away: the ladder stands at 110, 120 and 130, the stop at 90. */
const LADDER = policyOf({ exits: { targetShares: { tp1: 0.5, tp2: 0.3, tp3: 0.2 } } });
const TRAILING = policyOf({
  exits: {
    stop: { kind: 'none' },
    target: { kind: 'none' },
    trailing: { distanceAtr: 0.5, afterAtr: 1 },
    maxBars: 'none',
  },
});

test('each target takes its share where the high reaches it', () => {
  const path = barsAt100({ 3: [100, 111, 100, 105], 4: [105, 121, 105, 120], 5: [120, 131, 119, 125] });
  const [trade] = play(path, { 2: LONG }, { policy: LADDER }).trades;
  assert.deepEqual([trade.exits, trade.exitReason, trade.exitBar], [3, 'target', 5]);
  near(trade.exitPrice, 0.5 * 110 + 0.3 * 120 + 0.2 * 130);
  near(trade.grossPnl, 10 * (0.5 * 10 + 0.3 * 20 + 0.2 * 30));
});

test('one bar may reach all of them, in their order', () => {
  const [trade] = play(barsAt100({ 4: [100, 140, 100, 120] }), { 2: LONG }, { policy: LADDER }).trades;
  assert.deepEqual([trade.exits, trade.exitBar], [3, 4]);
  near(trade.exitPrice, 117);
});

test('where the stop is reached the whole rest leaves at it, and no target of that bar is filled', () => {
  const path = barsAt100({ 3: [100, 111, 100, 105], 4: [105, 121, 89, 100] });
  const [trade] = play(path, { 2: LONG }, { policy: LADDER }).trades;
  assert.deepEqual([trade.exits, trade.exitReason], [2, 'stop']);
  near(trade.exitPrice, 0.5 * 110 + 0.5 * 90);
});

test('the open fills the targets that it has jumped over at its own price, and the stop may take the rest', () => {
  const [trade] = play(barsAt100({ 4: [122, 122, 85, 90] }), { 2: LONG }, { policy: LADDER }).trades;
  assert.deepEqual([trade.exits, trade.exitReason], [3, 'stop']);
  near(trade.exitPrice, 0.8 * 122 + 0.2 * 90);
});

test('shares below 1 leave a rest that time, stop or signal takes', () => {
  const policy = policyOf({ exits: { targetShares: { tp1: 0.4 } } });
  const [trade] = play(barsAt100({ 4: [100, 112, 100, 108] }), { 2: LONG }, { policy }).trades;
  assert.deepEqual([trade.exits, trade.exitReason, trade.exitBar], [2, 'time', 6]);
  near(trade.exitPrice, 0.4 * 110 + 0.6 * 100);
});

test('the last target takes what rounding to the lot left', () => {
  const rules = { tick: null, lot: 1, minQuantity: null, minNotional: null };
  const policy = policyOf({ exits: { targetShares: { tp1: 0.35, tp2: 0.35, tp3: 0.3 } } });
  const path = barsAt100({ 3: [100, 111, 100, 105], 4: [105, 121, 105, 120], 5: [120, 131, 119, 125] });
  const [trade] = play(path, { 2: LONG }, { policy, market: { rules } }).trades;
  near(trade.exitPrice, (3 * 110 + 3 * 120 + 4 * 130) / 10);
});

test('a short’s ladder stands below, its stop above', () => {
  const policy = policyOf({ exits: { targetShares: { tp1: 0.5, tp2: 0.5 } } });
  const path = barsAt100({ 4: [100, 100, 94, 96], 5: [96, 121, 96, 110] });
  const [trade] = play(path, { 2: SHORT }, { policy }).trades;
  assert.deepEqual([trade.exits, trade.exitReason], [2, 'stop']);
  near(trade.exitPrice, 0.5 * 95 + 0.5 * 120);
});

test('a trailing stop follows the best price once that was far enough in favour, and never moves back', () => {
  const path = barsAt100({
    3: [100, 109, 100, 108],
    4: [108, 112, 106, 110],
    5: [110, 111, 108, 109],
    6: [109, 109, 106.5, 107],
  });
  // 112 − 5 = 107 counts from bar 5 on, though bar 4 itself fell below it.
  assert.deepEqual(endsOf(play(path, { 2: LONG }, { policy: TRAILING }).trades), [['trailing', 6, 107]]);
  const shy = path.map((bar, at): Bar => (at === 4 ? [108, 109.9, 106, 109] : bar));
  assert.deepEqual(endsOf(play(shy, { 2: LONG }, { policy: TRAILING }).trades)[0][0], 'trailing');
});

test('a short’s trailing stop follows from above', () => {
  const path = barsAt100({ 4: [100, 100, 88, 90], 5: [90, 92, 89, 91], 6: [91, 95, 91, 94] });
  assert.deepEqual(endsOf(play(path, { 2: SHORT }, { policy: TRAILING }).trades), [['trailing', 6, 93]]);
});

test('the nearer of stop and trailing stop gives the reason', () => {
  const policy = policyOf({ exits: { target: { kind: 'none' }, trailing: { distanceAtr: 2 } } });
  assert.deepEqual(endsOf(play(barsAt100({ 4: [100, 100, 85, 90] }), { 2: LONG }, { policy }).trades), [
    ['stop', 4, 90],
  ]);
});

test('percent distances are of the entry’s price', () => {
  const policy = policyOf({
    exits: {
      stop: { kind: 'percent', percent: 5 },
      target: { kind: 'percent', percent: 10 },
      maxBars: 'none',
    },
  });
  const path = barsAt100({ 3: [80, 80, 80, 80], 4: [80, 89, 77, 88] });
  assert.deepEqual(endsOf(play(path, { 2: LONG }, { policy }).trades), [['target', 4, 88]]);
});

test('what the opposite signal does is the policy’s', () => {
  const signals = { 2: LONG, 4: SHORT };
  const ends = (onOpposite: string) =>
    play(barsAt100({}), signals, { policy: policyOf({ onOpposite }) }).trades;
  assert.deepEqual(endsOf(ends('hold')), [['time', 6, 100]]);
  assert.deepEqual(endsOf(ends('close')), [['signal', 5, 100]]);
  const turned = ends('reverse');
  assert.deepEqual(
    turned.map(({ side, entryBar, exitBar }) => [side, entryBar, exitBar]),
    [
      ['LONG', 3, 5],
      ['SHORT', 5, 8],
    ],
  );
});

test('a fee taken from what is bought leaves dust, which is booked as a fee', () => {
  const rules = { tick: null, lot: 0.1, minQuantity: null, minNotional: null };
  const costs = { feeBps: 100, halfSpreadBps: 0, slippageBps: 0, feeCurrency: 'received' as const };
  const { trades, cash } = play(barsAt100({}), { 2: LONG }, { costs, market: { kind: 'spot', rules } });
  const [trade] = trades;
  // 10 bought, 9.9 arrive and leave; all of it is on the lot.
  assert.equal(trade.quantity, 10);
  near(trade.costs.fees, 0.1 * 100 + 0.01 * 990);
  const odd = play(
    barsAt100({}),
    { 2: LONG },
    { costs: { ...costs, feeBps: 105 }, market: { kind: 'spot', rules } },
  );
  // 9.895 arrive, 9.8 leave, 0.095 are dust.
  near(odd.trades[0].costs.fees, 0.105 * 100 + 0.0105 * 980 + 0.095 * 100);
  near(odd.cash[11], 980 * (1 - 0.0105));
  near(odd.trades[0].netPnl, odd.cash[11] - 1_000);
  assert.equal(cash[2], 1_000);
});
