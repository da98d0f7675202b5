import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { DEFAULT_MARKET, generateCandles, type MarketSpec } from '../../candles/generate.ts';
import { assessQuality } from '../../candles/quality/assess-quality.ts';
import { validateCandles } from '../../candles/validate.ts';
import { CANDLE_COLUMNS, type Candles } from '../../contracts/candles.ts';
import { NOW, sameBits } from './fixtures.ts';

const START = Date.UTC(2020, 0, 1);

function market(changes: Partial<MarketSpec> = {}): Candles {
  const spec = { ...DEFAULT_MARKET, timeframe: '15m', bars: 20_000, seed: 1, fromTime: START } as const;
  return generateCandles({ ...spec, ...changes });
}

function returnsOf({ close }: Candles): number[] {
  return [...close.slice(1)].map((price, row) => Math.log(price / close[row]));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((value, row) => (value - meanA) * (b[row] - meanB)));
  return (
    product /
    Math.sqrt(mean(a.map(value => (value - meanA) ** 2)) * mean(b.map(value => (value - meanB) ** 2)))
  );
}

/** Correlation of a return with the sum of the eight before it: what the planted edge moves. */
function foreseeable(candles: Candles): number {
  const returns = returnsOf(candles);
  const past = returns.map((_, row) =>
    returns.slice(Math.max(0, row - 8), row).reduce((sum, r) => sum + r, 0),
  );
  return correlation(past.slice(8), returns.slice(8));
}

test('made-up bars are sound bars of a series without gaps, at whole ticks', () => {
  const bars = market({ decimals: 1 });
  validateCandles(bars, '15m', NOW);
  assert.equal(bars.openTime[19_999], START + 19_999 * 900_000);
  for (const column of ['open', 'high', 'low', 'close'] as const)
    assert.ok(bars[column].every(price => price === Math.round(price * 10) / 10));
  assert.ok(bars.open.every((price, row) => row === 0 || price === bars.close[row - 1]));
  assert.equal(assessQuality(bars, '15m', null).ok, true);
});

test('a seed makes the same bars again, another seed others', () => {
  assert.ok(sameBits(market({ seed: 9 }), market({ seed: 9 })));
  assert.ok(!sameBits(market({ seed: 9 }), market({ seed: 10 })));
  assert.ok(sameBits(market({ bars: 500 }), market({ bars: 500, jumpShare: DEFAULT_MARKET.jumpShare })));
});

test('the bars of a seed are what they were when this was written, on any machine', () => {
  const hash = createHash('sha256');
  const bars = market({ bars: 5_000, edge: { strength: 0.1, bars: 8 } });
  for (const column of CANDLE_COLUMNS) hash.update(new Uint8Array(bars[column].buffer));
  assert.equal(hash.digest('hex').slice(0, 16), '839a6922223c0b72');
});

test('volatility comes in clusters, about as large as asked, with fat tails', () => {
  const returns = returnsOf(market({ bars: 35_000 }));
  const squares = returns.map(r => r * r);
  const variance = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  const annual = Math.sqrt(variance * 35_064);
  assert.ok(annual > 0.5 && annual < 0.8, `annual ${annual}`);
  const sizes = returns.map(Math.abs);
  assert.ok(correlation(sizes.slice(1), sizes.slice(0, -1)) > 0.15);
  assert.ok(correlation(sizes.slice(20), sizes.slice(0, -20)) > 0.08);
  const kurtosis = squares.reduce((sum, square) => sum + square * square, 0) / squares.length / variance ** 2;
  assert.ok(kurtosis > 5);
  assert.ok(Math.abs(correlation(returns.slice(1), returns.slice(0, -1))) < 0.02);
});

test('volume follows the range', () => {
  const bars = market();
  const range = [...bars.high].map((high, row) => (high - bars.low[row]) / bars.close[row]);
  assert.ok(correlation(range, [...bars.volume]) > 0.7);
  assert.ok(bars.volume.every(volume => volume > 0));
});

test('without an edge nothing can be foreseen; momentum and reversion are as strong as asked', () => {
  assert.ok(Math.abs(foreseeable(market())) < 0.03);
  const weak = foreseeable(market({ edge: { strength: 0.1, bars: 8 } }));
  const strong = foreseeable(market({ edge: { strength: 0.2, bars: 8 } }));
  const reverting = foreseeable(market({ edge: { strength: -0.2, bars: 8 } }));
  assert.ok(weak > 0.08 && weak < 0.2, `weak ${weak}`);
  assert.ok(strong > 0.2 && strong < 0.4, `strong ${strong}`);
  assert.ok(reverting < -0.1, `reverting ${reverting}`);
});

test('a market that can’t be is refused with every reason', () => {
  assert.throws(() => market({ volatility: 0, fromTime: START + 1, edge: { strength: 0.4, bars: 8 } }), {
    code: 'USAGE',
    message: /from: the open of a 15m bar; volatility: .*; edge: between ±0\.336 over 8 bars/,
  });
  for (const changes of [{ bars: 0 }, { seed: -1 }, { decimals: 9 }, { startPrice: 0.5 }, { jumpShare: 1 }])
    assert.throws(() => market(changes), { code: 'USAGE' });
});
