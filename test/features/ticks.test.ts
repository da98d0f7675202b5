import assert from 'node:assert/strict';
import test from 'node:test';
import type { MarketBars } from '../../contracts/candles.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { candlesFromCloses } from '../support/candles.ts';
import { assertColumn } from '../support/columns.ts';
import { computeFeatures } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';

const oracle = golden<{ sigma_reversion: { price_at_second_end: PackedArray; window_seconds: number } }>(
  'labels.json',
).sigma_reversion;
const prices = [...unpackFloat64(oracle.price_at_second_end)];
const WINDOW = oracle.window_seconds;

test('tick3 has the three features of σ-reversion, over the window of its label', () => {
  assert.deepEqual(FEATURE_SETS.tick3, ['tick_ratio', 'depth_ratio', 'price_dist']);
  const { price_dist } = compute(seconds({}));
  assert.ok(Number.isNaN(price_dist[WINDOW - 2]) && !Number.isNaN(price_dist[WINDOW - 1]));
});

test('price_dist is (p − μ) / σ of the trailing seconds, of recorded prices', () => {
  const expected = Float64Array.from(prices, (price, t) => {
    if (t < WINDOW - 1) return Number.NaN;
    const window = prices.slice(t - WINDOW + 1, t + 1);
    const mean = window.reduce((a, b) => a + b, 0) / WINDOW;
    const variance = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / WINDOW;
    return (price - mean) / Math.sqrt(variance);
  });
  assertColumn('price_dist', compute(seconds({})).price_dist, expected, 1e-9);
});

test('price_dist is 0 while the price stands still', () => {
  const bars = {
    ...seconds({}),
    ...candlesFromCloses(prices.map((price, t) => (t < 50 ? price : 61_824.01))),
  };
  assert.equal(compute(bars).price_dist[50 + WINDOW], 0);
});

test('tick_ratio is the up-ticks’ part of all in the window, 0.5 where there is none', () => {
  const upTicks = Float64Array.from(prices, (_, t) => (t < 200 ? t % 5 : 0));
  const downTicks = Float64Array.from(prices, (_, t) => (t < 200 ? t % 3 : 0));
  const { tick_ratio } = compute(seconds({ upTicks, downTicks }));
  const sum = (column: Float64Array, t: number) =>
    column.subarray(t - WINDOW + 1, t + 1).reduce((a, b) => a + b, 0);
  for (let t = WINDOW - 1; t < prices.length; t++) {
    const [up, down] = [sum(upTicks, t), sum(downTicks, t)];
    assert.equal(tick_ratio[t], up + down === 0 ? 0.5 : up / (up + down), `second ${t}`);
  }
  assert.equal(tick_ratio[400], 0.5);
});

test('depth_ratio is the bids’ part of the book at the second’s end, missing without a book', () => {
  const bidDepth = Float64Array.from(prices, (_, t) => (t < 10 ? Number.NaN : t % 4));
  const askDepth = Float64Array.from(prices, (_, t) => (t < 10 ? Number.NaN : t % 8 === 0 ? 0 : 3));
  const { depth_ratio } = compute(seconds({ bidDepth, askDepth }));
  assert.ok(Number.isNaN(depth_ratio[9]));
  assert.deepEqual([depth_ratio[11], depth_ratio[12], depth_ratio[13]], [0.5, 0, 0.25]);
  assert.ok(Number.isNaN(depth_ratio[16]), 'an empty book');
});

/** The recorded seconds, without ticks and with an even book unless given. */
function seconds(columns: Partial<MarketBars>): MarketBars {
  const all = (value: number) => new Float64Array(prices.length).fill(value);
  const rest = { upTicks: all(0), downTicks: all(0), bidDepth: all(1), askDepth: all(1) };
  return { ...candlesFromCloses(prices), ...rest, ...columns };
}

function compute(bars: MarketBars): Record<string, Float64Array> {
  return Object.fromEntries(computeFeatures(bars, FEATURE_SETS.tick3, 'float64', '1s').columns);
}
