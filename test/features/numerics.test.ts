import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../features/catalog/index.ts';
import { WindowExtreme } from '../../features/kernels/columns/extreme.ts';
import { WindowMoments } from '../../features/kernels/columns/moments.ts';
import { WindowRange } from '../../features/kernels/columns/range.ts';
import { WindowSum } from '../../features/kernels/columns/sum.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { candlesFromCloses, goldenBars } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const FEATURE_NAMES = CATALOG.definitions.map(({ name }) => name);
const PERIOD = 20;
const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 120 });

test('sum, mean and variance of a window equal those computed anew', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 25 }), (list, period) => {
      const column = Float64Array.from(list);
      const [sum, toMean, variance] = [column.slice(), column.slice(), column.slice()];
      new WindowSum(period).advance(column, sum, list.length);
      new WindowMoments(period).advance(column, toMean, variance, list.length);
      for (const [i, value] of list.entries()) {
        if (i < period - 1) {
          assert.ok(Number.isNaN(sum[i]) && Number.isNaN(variance[i]));
          continue;
        }
        const window = list.slice(i - period + 1, i + 1);
        assert.equal(
          sum[i],
          window.reduce((a, b) => a + b, 0),
        );
        const expected = twoPass(window);
        close(value + toMean[i], expected.mean, 1e-12 * 1e6);
        close(variance[i], expected.variance, 1e-11 * Math.max(expected.variance, 1));
      }
    }),
  );
});

test('the range of a window is that of its extremes, the newest of equal ones', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 25 }), (list, period) => {
      const column = Float64Array.from(list);
      const [highest, lowest] = [column.slice(), column.slice()];
      new WindowRange(period).advance(column, column, highest, lowest, list.length);
      const [extreme, ages] = [column.slice(), column.slice()];
      new WindowExtreme(period, 'highest').advance(column, extreme, ages, list.length);
      for (let i = 0; i < list.length; i++) {
        const window = list.slice(Math.max(0, i - period + 1), i + 1);
        const isFull = i >= period - 1;
        assert.equal(highest[i], isFull ? Math.max(...window) : Number.NaN);
        assert.equal(lowest[i], isFull ? Math.min(...window) : Number.NaN);
        assert.equal(extreme[i], highest[i]);
        assert.equal(ages[i], isFull ? window.length - 1 - window.lastIndexOf(highest[i]) : Number.NaN);
      }
    }),
  );
});

test('moves of 1e-2 at a price of 1e8 keep nine digits, also after a crash from 1e12', () => {
  const closes = Array.from({ length: 2_000 }, (_, i) => (i < 500 ? 1e12 : 1e8) + ((i * 7_919) % 101) / 100);
  const names = ['bollinger_width_20_2', 'volatility_20'];
  const { columns } = computeFeatures(candlesFromCloses(closes), names, 'float64');
  for (let t = 520; t < closes.length; t++) {
    const prices = twoPass(closes.slice(t - PERIOD + 1, t + 1));
    const returns = closes.slice(t - PERIOD + 1, t + 1).map((price, i) => {
      const before = closes[t - PERIOD + i];
      return Math.log1p((price - before) / before);
    });
    const width = (4 * Math.sqrt(prices.variance)) / prices.mean;
    close(columns.get('bollinger_width_20_2')![t], width, 1e-9 * width);
    const deviation = Math.sqrt(twoPass(returns).variance);
    close(columns.get('volatility_20')![t], deviation, 1e-9 * deviation);
  }
});

test('features of price are the same at any price level', () => {
  const bars = goldenBars();
  const scaled = { ...bars };
  for (const name of ['open', 'high', 'low', 'close'] as const)
    scaled[name] = bars[name].map(price => price * 2 ** -40);
  const [a, b] = [bars, scaled].map(series => computeFeatures(series, FEATURE_NAMES, 'float64'));
  for (const name of FEATURE_NAMES) assert.deepEqual(a.columns.get(name), b.columns.get(name), name);
});

test('a flat market has RSI 0, %K 0, no range and bands on the close', () => {
  const flat = candlesFromCloses(new Float64Array(600).fill(123.4));
  const { columns } = computeFeatures(flat, FEATURE_SETS.core15, 'float64');
  for (const [name, column] of columns) {
    const expected = name === 'volume_ratio_20' ? 1 : 0;
    for (let t = CATALOG.find(name).lookBack; t < 600; t++) assert.equal(Math.abs(column[t]), expected, name);
  }
});

test('in a flat market nothing is missing after warm-up', () => {
  const candles = candlesFromCloses(new Float64Array(6_000).fill(123.4));
  const same = (value: number) => new Float64Array(6_000).fill(value);
  const flat = {
    leaderClose: same(9),
    upTicks: same(0),
    downTicks: same(0),
    bidDepth: same(2),
    askDepth: same(3),
  };
  const { columns } = computeFeatures({ ...candles, ...flat }, FEATURE_NAMES, 'float64');
  for (const [name, column] of columns) {
    const { lookBack } = CATALOG.find(name);
    assert.ok(lookBack < 6_000, name);
    assert.ok(!column.subarray(lookBack).some(Number.isNaN), name);
  }
});

test('a flat window after moves has no variance left over', () => {
  const closes = Array.from({ length: 200 }, (_, i) => (i < 100 ? 1e6 * (1 + (i % 2)) : 0.1));
  const { columns } = computeFeatures(
    candlesFromCloses(closes),
    ['bollinger_width_20_2', 'volatility_20'],
    'float64',
  );
  assert.equal(columns.get('bollinger_width_20_2')![119], 0);
  assert.equal(columns.get('volatility_20')![120], 0);
});

test('RSI ends at 0 when nothing moved for so long that only rounding is left', () => {
  const closes = Array.from({ length: 3_000 }, (_, i) => (i < 100 ? 50 + (i % 7) : 50));
  const rsi = computeFeatures(candlesFromCloses(closes), ['rsi_14'], 'float64').columns.get('rsi_14')!;
  assert.ok(rsi[150] > 0);
  assert.equal(rsi[2_999], 0);
});

test('a window in which nothing traded has no volume ratio', () => {
  const candles = candlesFromCloses(new Float64Array(100).fill(5), 0, 0);
  candles.volume[70] = 3;
  const ratio = computeFeatures(candles, ['volume_ratio_20'], 'float32').columns.get('volume_ratio_20')!;
  assert.ok(Number.isNaN(ratio[69]));
  assert.equal(ratio[70], 20);
  assert.equal(ratio[89], 0);
  assert.ok(Number.isNaN(ratio[90]));
});

test('values that are not finite, or not in float32, are missing in both types', () => {
  const closes = [1e-300, ...new Array(10).fill(1e10), 1];
  for (const type of ['float32', 'float64'] as const) {
    const roc = computeFeatures(candlesFromCloses(closes), ['roc_10'], type).columns.get('roc_10')!;
    assert.ok(Number.isNaN(roc[10]));
    assert.ok(roc[11] < 0);
  }
});

test('fewer bars than any look-back, and none at all, give missing values only', () => {
  for (const count of [0, 1, 9]) {
    const candles = candlesFromCloses(new Float64Array(count).fill(2));
    const { columns } = computeFeatures(candles, FEATURE_SETS.core15, 'float32');
    for (const column of columns.values()) assert.deepEqual([...column], new Array(count).fill(Number.NaN));
  }
});

function twoPass(window: readonly number[]): { mean: number; variance: number } {
  const shifted = window.map(value => value - window[0]);
  const offset = shifted.reduce((a, b) => a + b, 0) / window.length;
  const variance = shifted.reduce((sum, value) => sum + (value - offset) ** 2, 0) / window.length;
  return { mean: window[0] + offset, variance };
}

function close(got: number, expected: number, allowed: number): void {
  assert.ok(Math.abs(got - expected) <= allowed, `${got} for ${expected}`);
}
