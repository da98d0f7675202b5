import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Candles, type MarketBars, sliceCandles } from '../../contracts/candles.ts';
import { withLeader } from '../../features/leader.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { assertColumn } from '../support/columns.ts';
import { computeFeatures } from '../support/features.ts';

const HOUR_MS = 3_600_000;
const _ = Number.NaN;
/** Bars of these hours; the close is 100 and the hour. */
const hours = (...list: readonly number[]): Candles => ({
  ...candlesFromCloses(list.map(hour => 100 + hour)),
  openTime: Float64Array.from(list, hour => hour * HOUR_MS),
});
const joined = (bars: Candles, leader: Candles) => [...withLeader(bars, leader, HOUR_MS).leaderClose!];

test('a bar sees the leader’s bar that closes with it', () => {
  assert.deepEqual(joined(hours(1, 2, 3), hours(0, 1, 2, 3, 4)), [101, 102, 103]);
});

test('a leader’s bar that closes later is never seen', () => {
  const time = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 });
  const ascending = time.map(list => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(ascending, ascending, fc.integer({ min: 0, max: 60 }), (own, leading, now) => {
      const leader = hours(...leading);
      const changed = {
        ...leader,
        close: leader.close.map((price, i) => (leading[i] > now ? price * 7 : price)),
      };
      const [before, after] = [leader, changed].map(bars => joined(hours(...own), bars));
      for (const [i, hour] of own.entries()) if (hour <= now) assert.deepEqual(after[i], before[i]);
    }),
  );
});

test('a leader’s bar between ours, of another clock, is not seen before it closes', () => {
  const leader = { ...hours(0, 1, 2), openTime: Float64Array.of(0, 1.5 * HOUR_MS, 2.5 * HOUR_MS) };
  assert.deepEqual(joined(hours(1, 2), leader), [100, 101]);
});

test('where the leader has a gap its last bar speaks for three more, then nothing does', () => {
  assert.deepEqual(joined(hours(1, 2, 3, 4, 5, 6, 7), hours(0, 1, 6, 7)), [101, 101, 101, 101, _, 106, 107]);
});

test('a gap in our own bars is no gap of the leader', () => {
  assert.deepEqual(joined(hours(1, 9, 10), hours(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), [101, 109, 110]);
});

test('before the leader’s first bar and after its last there is none', () => {
  assert.deepEqual(joined(hours(1, 2, 3, 4, 5), hours(3, 4)), [_, _, 103, 104, _]);
  assert.deepEqual(joined(hours(1, 2), sliceCandles(hours(1), 0, 0)), [_, _]);
});

test('returns, correlation, beta and residual equal those of each window computed anew', () => {
  const bars = ledBars();
  const { close, leaderClose } = bars;
  const change = (column: Float64Array, t: number, period: number) =>
    Math.log(column[t] / column[t - period]);
  const regression = (t: number, period: number) => {
    const rows = Array.from({ length: period }, (_, i) => t - period + 1 + i);
    return regress(
      rows.map(row => change(close, row, 1)),
      rows.map(row => change(leaderClose, row, 1)),
    );
  };
  const expected: Record<string, readonly [lookBack: number, at: (t: number) => number]> = {
    leader_return_1: [1, t => change(leaderClose, t, 1)],
    leader_return_12: [12, t => change(leaderClose, t, 12)],
    excess_return_4: [4, t => change(close, t, 4) - change(leaderClose, t, 4)],
    leader_correlation_50: [50, t => regression(t, 50).correlation],
    leader_correlation_100: [100, t => regression(t, 100).correlation],
    leader_beta_50: [50, t => regression(t, 50).beta],
    leader_residual_50: [50, t => regression(t, 50).residual],
  };
  const { columns } = computeFeatures(bars, Object.keys(expected), 'float64');
  for (const [name, [lookBack, at]] of Object.entries(expected)) {
    const column = Float64Array.from({ length: 1_000 }, (_, t) => (t < lookBack ? Number.NaN : at(t)));
    assertColumn(name, columns.get(name)!.subarray(0, 1_000), column, 1e-9);
  }
});

test('a missing leader is missing in its windows, and leaves no trace after them', () => {
  const bars = ledBars();
  const holed = { ...bars, leaderClose: bars.leaderClose.slice().fill(Number.NaN, 300, 310) };
  const names = ['leader_return_4', 'leader_correlation_50', 'leader_beta_50', 'leader_residual_50'];
  const [whole, got] = [bars, holed].map(series => computeFeatures(series, names, 'float64').columns);
  for (const name of names) {
    // A return needs its two ends, a window all returns that begin or end with its bars.
    const last = name === 'leader_return_4' ? 313 : 359;
    for (let t = 60; t < 600; t++) {
      const isMissing = t >= 300 && t <= last;
      assert.equal(Number.isNaN(got.get(name)![t]), isMissing, `${name}, row ${t}`);
      const [a, b] = [got.get(name)![t], whole.get(name)![t]];
      if (!isMissing) assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${name}, row ${t}`);
    }
  }
});

test('beside a leader that stands still there is no correlation, and nothing is left beside oneself', () => {
  const bars = ledBars();
  const names = ['leader_correlation_50', 'leader_beta_50', 'leader_residual_50'];
  const row = (leaderClose: Float64Array) =>
    names.map(name => computeFeatures({ ...bars, leaderClose }, names, 'float64').columns.get(name)![900]);
  const [correlation, beta, residual] = row(new Float64Array(3_000).fill(5));
  assert.deepEqual([correlation, beta], [0, 0]);
  assert.ok(Math.abs(residual) < 10);
  const beside = row(bars.close);
  assert.ok(Math.abs(beside[0] - 1) < 1e-12 && Math.abs(beside[1] - 1) < 1e-12);
  assert.equal(beside[2], 0);
});

/** Bars that follow a leader half of the way. */
function ledBars(): MarketBars & { readonly leaderClose: Float64Array } {
  const candles = goldenCandles();
  const leaderClose = candles.open.map((price, i) => Math.sqrt(price * candles.high[i]) * 0.07);
  return { ...candles, leaderClose };
}

function regress(own: readonly number[], leader: readonly number[]) {
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const [ownMean, leaderMean] = [mean(own), mean(leader)];
  const moment = (a: readonly number[], b: readonly number[]) =>
    mean(a.map((value, i) => (value - mean(a)) * (b[i] - mean(b))));
  const covariance = moment(own, leader);
  const beta = covariance / moment(leader, leader);
  const residuals = own.map((move, i) => move - ownMean - beta * (leader[i] - leaderMean));
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
  return {
    beta,
    correlation: covariance / Math.sqrt(moment(own, own) * moment(leader, leader)),
    residual: residuals.at(-1)! / Math.sqrt(squares / (own.length - 2)),
  };
}
