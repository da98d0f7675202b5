import assert from 'node:assert/strict';
import test from 'node:test';
import type { MarketBars } from '../../contracts/candles.ts';
import { FeatureEngine } from '../../features/engine.ts';
import { definitionsOf } from '../support/features.ts';

const ROWS = 4_000_000;
const CHUNK = 2_000;
const TOLERANCE = 1e-9;

test('variance, skew, kurtosis and correlation keep nine digits after 4 million moves of 1e-2 at 1e8', () => {
  const { bars, values } = lastRows();
  const { close, volume, leaderClose } = bars;
  const change = (column: Float64Array, t: number) => Math.log1p((column[t] - column[t - 1]) / column[t - 1]);
  for (let t = CHUNK - 50; t < CHUNK; t++) {
    const last = (period: number, at: (row: number) => number) =>
      Array.from({ length: period }, (_, i) => at(t - period + 1 + i));
    const own = (row: number) => change(close, row);
    const returns = last(100, own);
    const prices = last(100, row => close[row] - close[t]);
    const expected: Record<string, number> = {
      volatility_20: Math.sqrt(moment(last(20, own), 2)),
      close_zscore_100: -mean(prices) / Math.sqrt((moment(prices, 2) * 100) / 99),
      return_skewness_100: (Math.sqrt(9_900) / 98) * (moment(returns, 3) / moment(returns, 2) ** 1.5),
      return_kurtosis_100: (99 / (98 * 97)) * ((101 * moment(returns, 4)) / moment(returns, 2) ** 2 - 297),
      return_autocorrelation_100: correlation(
        returns,
        last(100, row => own(row - 1)),
      ),
      close_volume_correlation_30: correlation(
        last(30, row => close[row] - close[t]),
        last(30, row => volume[row] - volume[t]),
      ),
      leader_correlation_100: correlation(
        returns,
        last(100, row => change(leaderClose, row)),
      ),
    };
    for (const [name, value] of Object.entries(expected)) {
      const got = values.get(name)![t];
      // Deviations are near 1e-10; all others are numbers without a unit, near 1 or by chance near 0.
      const usual = name === 'volatility_20' ? value : Math.max(Math.abs(value), 0.1);
      assert.ok(Math.abs(got - value) <= TOLERANCE * usual, `${name}: ${got} for ${value}`);
    }
  }
});

const NAMES = [
  'volatility_20',
  'close_zscore_100',
  'return_skewness_100',
  'return_kurtosis_100',
  'return_autocorrelation_100',
  'close_volume_correlation_30',
  'leader_correlation_100',
];

/** The last chunk of a long run whose price falls back from a hundred times as much, and its features. */
function lastRows(): {
  bars: MarketBars & { leaderClose: Float64Array };
  values: ReadonlyMap<string, Float64Array>;
} {
  const column = () => new Float64Array(CHUNK);
  const close = column();
  const bars = { openTime: column(), open: close, high: close, low: close, close, volume: column() };
  const withLeader = { ...bars, leaderClose: column() };
  const values = new Map(NAMES.map(name => [name, column()]));
  const engine = new FeatureEngine(definitionsOf(NAMES), 60_000);
  const random = createRandom();
  let cents = 1e10;
  let leaderCents = 1e10;
  for (let row = 0; row < ROWS; row += CHUNK) {
    for (let i = 0; i < CHUNK; i++) {
      const step = Math.round(6 * random() - 3);
      cents += step;
      leaderCents += step + Math.round(2 * random() - 1);
      bars.openTime[i] = (row + i) * 60_000;
      close[i] = (row === 40 * CHUNK ? 100 * cents : cents) / 100;
      bars.volume[i] = 1e9 + random();
      withLeader.leaderClose[i] = leaderCents / 100;
    }
    engine.advance(withLeader, [...values.values()], 0);
  }
  return { bars: withLeader, values };
}

function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function mean(list: readonly number[]): number {
  return list.reduce((a, b) => a + b, 0) / list.length;
}

function moment(list: readonly number[], power: number): number {
  const centre = mean(list);
  return mean(list.map(value => (value - centre) ** power));
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - meanX) * (y[i] - meanY))) / Math.sqrt(moment(x, 2) * moment(y, 2));
}
