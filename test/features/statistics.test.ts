import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../features/catalog/index.ts';
import { WindowOrder } from '../../features/kernels/columns/order.ts';
import { WindowShape } from '../../features/kernels/columns/shape.ts';
import { WindowTail } from '../../features/kernels/columns/tail.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { assertColumn } from '../support/columns.ts';
import { computeFeatures } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';

const candles = goldenCandles();
const pandas = (name: string) =>
  unpackFloat64(golden<Record<string, PackedArray>>('pandas_rolling.json')[name]);

test('rolling statistics equal pandas', () => {
  const aboveClose = (name: string) => pandas(name).map((value, t) => value / candles.close[t] - 1);
  const expected: Record<string, Float64Array> = {
    return_deviation_20: pandas('rolling_std_20_ddof1'),
    return_skewness_30: pandas('rolling_skew_30'),
    return_kurtosis_30: pandas('rolling_kurt_30'),
    close_zscore_20: pandas('zscore_20_close_ddof1'),
    close_median_20: aboveClose('rolling_median_20_close'),
    close_quantile_90_20: aboveClose('rolling_quantile_90_20_close'),
    close_rank_20: pandas('rolling_rank_pct_20_close'),
    close_volume_correlation_30: pandas('rolling_corr_30_close_volume'),
    return_autocorrelation_30: pandas('rolling_autocorr1_30_log_return'),
  };
  const { columns } = computeFeatures(candles, Object.keys(expected), 'float64');
  for (const [name, column] of Object.entries(expected))
    assertColumn(name, columns.get(name)!, column, name.includes('kurtosis') ? 1e-7 : 1e-9);
});

test('EMA is pandas’ ewm once either has forgotten its first value', () => {
  const { lookBack } = CATALOG.find('ema_12');
  const got = computeFeatures(candles, ['ema_12'], 'float64').columns.get('ema_12')!;
  const expected = pandas('ewm_span12_adjust_false').map((value, t) => value / candles.close[t] - 1);
  assertColumn('ema_12', got.subarray(lookBack), expected.subarray(lookBack), 1e-9);
});

test('variance ratio, efficiency ratio, R², return quantiles and downside share follow their definitions', () => {
  const names = [
    'variance_ratio_4_100',
    'efficiency_ratio_30',
    'regression_r2_20',
    'return_quantile_5_100',
    'downside_share_30',
    'move_volume_correlation_30',
  ];
  const { columns } = computeFeatures(candles, names, 'float64');
  const { close, volume } = candles;
  const returns = close.map((price, t) => Math.log(price / close[t - 1]));
  const last = (column: Float64Array, t: number, period: number) => [
    ...column.subarray(t - period + 1, t + 1),
  ];
  for (let t = 150; t < 600; t++) {
    const moves = last(returns, t, 30);
    const long = Array.from({ length: 100 }, (_, i) => Math.log(close[t - i] / close[t - i - 4]));
    const sorted = last(returns, t, 100).sort((a, b) => a - b);
    const expected = [
      variance(long) / (4 * variance(last(returns, t, 100))),
      Math.abs(close[t] - close[t - 30]) /
        sum(last(close, t, 30).map((x, i) => Math.abs(x - close[t - 30 + i]))),
      correlation(last(close, t, 20), [...Array(20).keys()]) ** 2,
      sorted[4] + 0.95 * (sorted[5] - sorted[4]),
      sum(moves.filter(x => x < 0).map(x => x * x)) / sum(moves.map(x => x * x)),
      correlation(moves.map(Math.abs), last(volume, t, 30)),
    ];
    for (const [index, name] of names.entries()) {
      const got = columns.get(name)![t];
      assert.ok(Math.abs(got - expected[index]) <= 1e-9, `${name}, row ${t}: ${got} for ${expected[index]}`);
    }
  }
});

test('quantiles and ranks equal those of each window sorted anew, with ties', () => {
  const values = fc.array(
    fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -9, max: 9 })),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 12 }), (list, period) => {
      const shares = [0, 0.1, 0.5, 1];
      const quantiles = shares.map(() => new Float64Array(list.length));
      const rank = new Float64Array(list.length);
      new WindowOrder(period, shares).advance(Float64Array.from(list), quantiles, rank, list.length);
      for (let t = 0; t < list.length; t++) {
        const window = list.slice(Math.max(0, t - period + 1), t + 1).sort((a, b) => a - b);
        const isFull = window.length === period;
        for (const [q, share] of shares.entries()) {
          const place = share * (period - 1);
          const [below, above] = [window[Math.floor(place)], window[Math.ceil(place)]];
          const expected = below + (place % 1) * (above - below) - list[t];
          assert.ok(isFull ? Math.abs(quantiles[q][t] - expected) < 1e-12 : Number.isNaN(quantiles[q][t]));
        }
        const smaller = window.filter(value => value < list[t]).length;
        const equal = window.filter(value => value === list[t]).length;
        assert.equal(rank[t], isFull ? (smaller + (equal + 1) / 2) / period : Number.NaN);
      }
    }),
  );
});

test('a missing value empties the ordered window, which then fills again', () => {
  const median = new Float64Array(9);
  new WindowOrder(3, [0.5]).advance(
    Float64Array.of(1, 2, 9, Number.NaN, 4, 5, 7, 1, 8),
    [median],
    undefined,
    9,
  );
  const _ = Number.NaN;
  assert.deepEqual([...median], [_, _, 2 - 9, _, _, _, 5 - 7, 5 - 1, 7 - 8]);
});

test('a quantile in the tail equals that of the window sorted, with ties and missing values', () => {
  const value = fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 10, arbitrary: fc.double({ noNaN: true, min: -9, max: 9 }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  );
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 300 }),
      fc.integer({ min: 2, max: 60 }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (list, period, share) => {
        const tail = new WindowTail(period, share);
        const got = new Float64Array(list.length);
        tail.advance(Float64Array.from(list), got, list.length);
        const place = share * (period - 1);
        for (let t = 0; t < list.length; t++) {
          const window = list.slice(Math.max(0, t - period + 1), t + 1).sort((a, b) => a - b);
          const isFull = window.length === period && !window.some(Number.isNaN);
          const [below, above] = [window[Math.floor(place)], window[Math.ceil(place)]];
          const expected = below + (place % 1) * (above - below);
          assert.ok(isFull ? Math.abs(got[t] - expected) < 1e-12 : Number.isNaN(got[t]), `row ${t}`);
        }
      },
    ),
  );
});

test('central moments equal those of each window computed anew', () => {
  const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(values, fc.integer({ min: 4, max: 25 }), (list, period) => {
      const column = () => new Float64Array(list.length);
      const out = { variance: column(), third: column(), fourth: column() };
      new WindowShape(period).advance(Float64Array.from(list), out, list.length);
      for (let t = 0; t < list.length; t++) {
        if (t < period - 1) {
          assert.ok(Number.isNaN(out.fourth[t]));
          continue;
        }
        const window = list.slice(t - period + 1, t + 1);
        const [second, third, fourth] = [2, 3, 4].map(power => centralMoment(window, power));
        assert.ok(Math.abs(out.variance[t] - second) <= 1e-12 * second);
        assert.ok(Math.abs(out.third[t] - third) <= 1e-11 * second ** 1.5);
        assert.ok(Math.abs(out.fourth[t] - fourth) <= 1e-11 * fourth);
      }
    }),
  );
});

test('where nothing moves there is no score, shape or correlation, and the walk is random', () => {
  const flat = candlesFromCloses([
    ...Array.from({ length: 50 }, (_, i) => 40 + (i % 3)),
    ...Array(150).fill(41),
  ]);
  const expected: Record<string, number> = {
    close_zscore_20: 0,
    return_zscore_20: 0,
    return_skewness_30: 0,
    return_kurtosis_30: 0,
    close_median_20: 0,
    close_rank_20: 10.5 / 20,
    return_autocorrelation_30: 0,
    close_volume_correlation_30: 0,
    variance_ratio_4_100: 1,
    efficiency_ratio_10: 0,
    regression_r2_20: 0,
    downside_share_30: 0.5,
  };
  const { columns } = computeFeatures(flat, Object.keys(expected), 'float64');
  for (const [name, value] of Object.entries(expected)) assert.equal(columns.get(name)![199], value, name);
});

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
const mean = (list: readonly number[]) => sum(list) / list.length;
const variance = (list: readonly number[]) => centralMoment(list, 2);

function centralMoment(list: readonly number[], power: number): number {
  const centre = mean(list);
  return mean(list.map(value => (value - centre) ** power));
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY)));
  return covariance / Math.sqrt(variance(x) * variance(y));
}
