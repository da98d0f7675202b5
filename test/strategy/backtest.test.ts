import assert from 'node:assert/strict';
import test from 'node:test';
import { near } from '../support/near.ts';
import { BARRIERS, type Bar, LONG, play, SHORT, still, USUAL_COSTS } from './bars.ts';

const FLAT: Bar[] = Array.from({ length: 12 }, () => still(100));

/** Twelve bars at 100, some of them replaced. */
function bars(changes: Readonly<Record<number, Bar>>): Bar[] {
  return FLAT.map((bar, i) => changes[i] ?? bar);
}

test('a signal enters at the next bar’s open, not at its own bar', () => {
  const { trades } = play(bars({ 3: [103, 104, 102, 103] }), { 2: LONG });
  assert.equal(trades.length, 1);
  assert.equal(trades[0]!.entryBar, 3);
  assert.equal(trades[0]!.entryPrice, 103);
});

test('without a touch the trade ends at the close of t + H', () => {
  const { trades } = play(bars({ 6: [100, 106, 99, 105] }), { 2: LONG });
  assert.deepEqual(trades[0], {
    direction: 'LONG',
    entryBar: 3,
    exitBar: 6,
    entryPrice: 100,
    exitPrice: 105,
    exitReason: 'time',
    grossReturn: 0.05,
    netReturn: 0.05,
  });
});

test('a long’s target is the upper barrier, its stop the lower one', () => {
  const [up] = play(bars({ 4: [100, 121, 99, 118] }), { 2: LONG }).trades;
  assert.deepEqual([up!.exitReason, up!.exitPrice, up!.exitBar], ['target', 120, 4]);
  const [down] = play(bars({ 4: [100, 101, 89, 95] }), { 2: LONG }).trades;
  assert.deepEqual([down!.exitReason, down!.exitPrice], ['stop', 90]);
});

test('a short’s target is the lower barrier, its stop the upper one', () => {
  const [down] = play(bars({ 4: [100, 101, 89, 95] }), { 2: SHORT }).trades;
  assert.deepEqual([down!.exitReason, down!.exitPrice, down!.grossReturn], ['target', 90, 0.1]);
  const [up] = play(bars({ 4: [100, 121, 99, 118] }), { 2: SHORT }).trades;
  assert.deepEqual([up!.exitReason, up!.exitPrice], ['stop', 120]);
});

test('the entry’s own bar can end the trade', () => {
  const [trade] = play(bars({ 3: [100, 125, 100, 110] }), { 2: LONG }).trades;
  assert.deepEqual([trade!.entryBar, trade!.exitBar, trade!.exitReason], [3, 3, 'target']);
});

test('where a bar touches both levels the stop is taken, long and short', () => {
  const wild: Bar = [100, 130, 80, 100];
  for (const [signal, price] of [
    [LONG, 90],
    [SHORT, 120],
  ] as const) {
    const [trade] = play(bars({ 4: wild }), { 2: signal }).trades;
    assert.deepEqual([trade!.exitReason, trade!.exitPrice], ['stop', price]);
  }
});

test('a stop that is jumped over fills at the worse open', () => {
  const [long] = play(bars({ 4: [80, 85, 75, 82] }), { 2: LONG }).trades;
  assert.deepEqual([long!.exitReason, long!.exitPrice], ['stop', 80]);
  const [short] = play(bars({ 4: [130, 135, 125, 131] }), { 2: SHORT }).trades;
  assert.deepEqual([short!.exitReason, short!.exitPrice], ['stop', 130]);
});

test('a target that is jumped over fills at the open, even if the stop is touched later in the bar', () => {
  const [trade] = play(bars({ 4: [130, 135, 80, 82] }), { 2: LONG }).trades;
  assert.deepEqual([trade!.exitReason, trade!.exitPrice], ['target', 130]);
});

test('the levels hang on the ATR of the signal’s bar', () => {
  const atr = new Float64Array(12).fill(1000);
  atr[2] = 5;
  const [trade] = play(bars({ 4: [100, 111, 99, 100] }), { 2: LONG }, { atr }).trades;
  assert.equal(trade!.exitPrice, 110);
});

test('a signal without ATR enters nothing, with fixed-horizon labels it does', () => {
  const atr = new Float64Array(12).fill(Number.NaN);
  assert.equal(play(FLAT, { 2: LONG }, { atr }).trades.length, 0);
  const labels = { kind: 'fixed-horizon', horizonBars: 4, thresholdLogReturn: 0.01 } as const;
  assert.equal(play(FLAT, { 2: LONG }, { atr, labels }).trades.length, 1);
});

test('fixed-horizon trades know no levels', () => {
  const labels = { kind: 'fixed-horizon', horizonBars: 4, thresholdLogReturn: 0.01 } as const;
  const [trade] = play(bars({ 4: [100, 900, 1, 100] }), { 2: SHORT }, { labels }).trades;
  assert.deepEqual([trade!.exitReason, trade!.exitBar], ['time', 6]);
});

test('one position at a time: signals meanwhile neither add nor turn it', () => {
  const signals = { 2: LONG, 3: LONG, 4: SHORT, 5: LONG };
  const { trades } = play(FLAT, signals);
  assert.deepEqual(
    trades.map(trade => [trade.entryBar, trade.exitBar]),
    [[3, 6]],
  );
});

test('the bar that ends a position may signal the next', () => {
  const { trades } = play(FLAT, { 2: LONG, 6: SHORT });
  assert.deepEqual(
    trades.map(trade => [trade.direction, trade.entryBar]),
    [
      ['LONG', 3],
      ['SHORT', 7],
    ],
  );
});

test('on spot a SHORT closes the long at the next open, and nothing is sold short', () => {
  const { trades } = play(bars({ 5: [97, 98, 96, 97] }), { 2: LONG, 4: SHORT }, { market: 'spot' });
  assert.equal(trades.length, 1);
  assert.deepEqual([trades[0]!.exitReason, trades[0]!.exitBar, trades[0]!.exitPrice], ['signal', 5, 97]);
});

test('a position that is open at the end is closed at the last close', () => {
  const { trades } = play(bars({ 11: [100, 103, 99, 102] }), { 9: LONG });
  assert.deepEqual([trades[0]!.exitReason, trades[0]!.exitBar, trades[0]!.exitPrice], ['end', 11, 102]);
});

test('a signal on the last bar, or before the first, trades nothing', () => {
  assert.equal(play(FLAT, { 11: LONG }).trades.length, 0);
  assert.equal(play(FLAT, { 2: LONG }, { fromBar: 3 }).trades.length, 0);
});

test('the summary counts, means and shares', () => {
  const path = bars({ 4: [100, 121, 99, 100], 8: [100, 101, 89, 100] });
  const { summary } = play(path, { 2: LONG, 6: LONG }, { costs: USUAL_COSTS });
  assert.deepEqual([summary.bars, summary.trades, summary.longTrades, summary.shortTrades], [12, 2, 2, 0]);
  near(summary.meanGrossReturn, (0.2 - 0.1) / 2);
  const nets = [0.2 - 0.0013 * 2.2, -0.1 - 0.0013 * 1.9];
  near(summary.meanNetReturn, (nets[0]! + nets[1]!) / 2);
  near(summary.totalNetReturn, (1 + nets[0]!) * (1 + nets[1]!) - 1);
  near(summary.maxDrawdown, -nets[1]!);
  assert.deepEqual([summary.hitRate, summary.meanHoldingBars, summary.exposure], [0.5, 2, 4 / 12]);
  assert.equal(summary.costsPerSideBps, 13);
  assert.deepEqual(summary.exits, { target: 1, stop: 1, time: 0, signal: 0, end: 0 });
});

test('drawdown is marked while a position is open', () => {
  const { summary } = play(bars({ 4: [100, 101, 93, 95], 5: [95, 100, 95, 100] }), { 2: LONG });
  near(summary.maxDrawdown, 0.05);
  near(summary.totalNetReturn, 0);
});

test('a short that loses more than everything leaves nothing, not less', () => {
  const labels = { ...BARRIERS, upAtr: 100 };
  const path = bars({ 6: [100, 400, 100, 400] });
  const { summary } = play(path, { 2: SHORT, 7: LONG }, { labels });
  assert.deepEqual([summary.totalNetReturn, summary.maxDrawdown], [-1, 1]);
});

test('without trades the means are null and nothing is lost', () => {
  const { summary } = play(FLAT, {});
  assert.deepEqual([summary.hitRate, summary.meanNetReturn, summary.meanHoldingBars], [null, null, null]);
  assert.deepEqual([summary.totalNetReturn, summary.maxDrawdown, summary.exposure], [0, 0, 0]);
});

test('a bar’s return is marked at its close, costs of both sides with the entry', () => {
  const moves = bars({ 3: [100, 105, 100, 104], 4: [104, 110, 104, 109] });
  const free = play(moves, { 2: LONG });
  near(free.netReturns[3]!, 0.04);
  near(free.netReturns[4]!, 1.09 / 1.04 - 1);
  const paid = play(moves, { 2: LONG }, { costs: USUAL_COSTS });
  near(paid.netReturns[3]!, 0.04 - 0.0013 * 2.04);
  assert.equal(paid.netReturns[2], 0);
});

test('an account that has lost everything gains nothing any more', () => {
  const { netReturns } = play(
    bars({ 3: [100, 100, 0, 0], 4: [0, 300, 0, 300] }),
    { 2: LONG, 4: LONG },
    {
      labels: { kind: 'fixed-horizon', horizonBars: 1, thresholdLogReturn: 0.1 },
    },
  );
  assert.equal(netReturns[3], -1);
  assert.ok(netReturns.slice(4).every(gained => gained === 0));
});
