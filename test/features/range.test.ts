import assert from 'node:assert/strict';
import test from 'node:test';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { assertColumn } from '../support/columns.ts';
import { computeFeatures } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';

const candles = goldenCandles();

test('the drawdown equals pandas', () => {
  const expected = unpackFloat64(golden<Record<string, PackedArray>>('pandas_rolling.json').drawdown_50);
  const got = computeFeatures(candles, ['drawdown_50'], 'float64').columns.get('drawdown_50')!;
  assertColumn('drawdown_50', got, expected, 1e-9);
});

test('range features equal those of each window looked through anew', () => {
  const { high, low, close } = candles;
  const rows = close.length;
  const window = (column: Float64Array, t: number, period: number) => column.subarray(t - period + 1, t + 1);
  const highest = (t: number, period: number) => Math.max(...window(high, t, period));
  const lowest = (t: number, period: number) => Math.min(...window(low, t, period));
  const range = (t: number, period: number) => highest(t, period) - lowest(t, period);
  const expected: Record<string, readonly [lookBack: number, at: (t: number) => number]> = {
    range_position_20: [19, t => (close[t] - lowest(t, 20)) / range(t, 20)],
    range_position_100: [99, t => (close[t] - lowest(t, 100)) / range(t, 100)],
    below_high_20: [19, t => close[t] / highest(t, 20) - 1],
    above_low_100: [99, t => close[t] / lowest(t, 100) - 1],
    bars_since_high_50: [49, t => t - high.lastIndexOf(highest(t, 50), t)],
    bars_since_low_50: [49, t => t - low.lastIndexOf(lowest(t, 50), t)],
    run_up_50: [49, t => close[t] / Math.min(...window(close, t, 50)) - 1],
    range_expansion_20: [
      19,
      t => (20 * range(t, 1)) / sum(Array.from({ length: 20 }, (_, i) => range(t - i, 1))),
    ],
    range_contraction_10_50: [49, t => range(t, 10) / range(t, 50)],
  };
  const { columns } = computeFeatures(candles, Object.keys(expected), 'float64');
  for (const [name, [lookBack, at]] of Object.entries(expected)) {
    const column = Float64Array.from({ length: rows }, (_, t) => (t < lookBack ? Number.NaN : at(t)));
    assertColumn(name, columns.get(name)!, column, 1e-12);
  }
});

test('of equal extremes the newest counts, and without a range the close stands in its middle', () => {
  const { columns } = computeFeatures(
    candlesFromCloses(Array(120).fill(7)),
    [
      'bars_since_high_50',
      'bars_since_low_50',
      'range_position_20',
      'range_expansion_20',
      'range_contraction_10_50',
    ],
    'float64',
  );
  assert.deepEqual(
    [...columns.values()].map(column => column[119]),
    [0, 0, 0.5, 1, 1],
  );
});

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
