import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { RandomEntries } from '../../../contracts/performance.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { resampledReturns } from '../../../evaluation/performance/resampled-returns.ts';
import { shuffledTrades } from '../../../evaluation/performance/trade-order.ts';
import { randomIndex, seededRandom } from '../../../statistics/random.ts';
import { near } from '../../support/near.ts';
import { accountOf, barsOf, type Held, marketOf, setupOf } from './account.ts';

const options = { timeframe: '1h' } as const;

/** Closes that rise by 2 % in each tenth bar, and move at random by up to 1 % in the others. */
function sawtooth(bars: number): number[] {
  const random = seededRandom(5);
  let price = 100;
  return Array.from({ length: bars }, (_, bar) => {
    price *= bar % 10 === 0 ? 1.02 : 1 + (randomIndex(random, 2_001) - 1_000) / 100_000;
    return price;
  });
}

function entries(closes: readonly number[], positions: readonly Held[], fee = 0): RandomEntries {
  const setup = setupOf([marketOf(barsOf(closes))]);
  return measurePerformance(accountOf(setup, positions, fee), setup, options).randomEntries!;
}

test('entries that know the future stand above nearly all random ones', () => {
  const known = Array.from({ length: 30 }, (_, i) => ({ from: 10 * i + 10, to: 10 * i + 10 }));
  const { percentile, pValue, ownReturn, totalReturn } = entries(sawtooth(400), known);
  near(ownReturn, 1.02 ** 30 - 1, 1e-9);
  assert.equal(percentile, 1);
  near(pValue, 1 / 1_001);
  assert.ok(totalReturn.p95 < ownReturn);
});

test('random entries themselves stand anywhere: their percentiles are uniform', () => {
  const closes = sawtooth(400);
  const random = seededRandom(11);
  const percentiles = Array.from({ length: 60 }, () => {
    const positions = Array.from({ length: 12 }, (_, i) => {
      const from = 1 + 33 * i + randomIndex(random, 28);
      return { from, to: from + 4 };
    });
    return entries(closes, positions).percentile;
  });
  const mean = percentiles.reduce((sum, value) => sum + value, 0) / percentiles.length;
  // The mean of 60 uniform draws deviates by 0.037.
  assert.ok(Math.abs(mean - 0.5) < 0.12, `mean percentile ${mean}`);
});

test('a market that stands still leaves random entries their costs alone', () => {
  const flat = Array.from({ length: 50 }, () => 100);
  const { totalReturn, percentile } = entries(
    flat,
    [
      { from: 3, to: 5 },
      { from: 9, to: 20, side: 'SHORT' },
    ],
    0.01,
  );
  near(totalReturn.p05, 0.98 ** 2 - 1);
  near(totalReturn.p95, 0.98 ** 2 - 1);
  near(percentile, 0.5);
  assert.deepEqual(totalReturn.histogram.counts, [1_000]);
});

test('every placement is equally likely', () => {
  // One bar doubles; a trade of one bar over 20 that can be entered finds it once in 20.
  const closes = Array.from({ length: 21 }, (_, bar) => (bar < 7 ? 100 : 200));
  const setup = setupOf([marketOf(barsOf(closes))]);
  const { randomEntries } = measurePerformance(accountOf(setup, [{ from: 7, to: 7 }]), setup, {
    ...options,
    draws: 20_000,
  });
  near(randomEntries!.totalReturn.mean, 1 / 20, 0.005);
});

test('trades are placed where the model spoke, not where it was silent', () => {
  // Its answers end before the price rises: random entries can't have it either.
  const closes = Array.from({ length: 200 }, (_, bar) => (bar < 100 ? 100 : 100 + bar));
  const direction = new Int8Array(200).fill(-1).fill(1, 20, 80);
  const market = marketOf(barsOf(closes));
  const setup = setupOf([{ ...market, signals: { ...market.signals, direction } }]);
  const held = accountOf(setup, [{ from: 30, to: 35 }]);
  const { totalReturn } = measurePerformance(held, setup, options).randomEntries!;
  near(totalReturn.p95, 0);
  const silent = setupOf([market]);
  const anywhere = measurePerformance(accountOf(silent, [{ from: 30, to: 35 }]), silent, options);
  assert.ok(anywhere.randomEntries!.totalReturn.p95 > 0.01);
});

test('positions that fill the range leave no room for chance', () => {
  const setup = setupOf([marketOf(barsOf([100, 101, 102, 103]))]);
  const { randomEntries } = measurePerformance(accountOf(setup, [{ from: 1, to: 3 }]), setup, options);
  assert.equal(randomEntries, null);
});

test('the order of trades changes drawdowns, never between the bounds of the best and the worst order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 2, maxLength: 40 }),
      gains => {
        const { drawdown } = shuffledTrades(Float64Array.from(gains), 50, 3)!;
        const losses = gains.filter(gain => gain < 0);
        const allAtOnce = 1 - losses.reduce((left, gain) => left * (1 + gain), 1);
        const least = losses.reduce((most, gain) => Math.max(most, -gain), 0);
        assert.ok(drawdown.histogram.from >= least - 1e-12);
        assert.ok(drawdown.histogram.to <= allAtOnce + 1e-12);
      },
    ),
  );
});

test('resampled returns keep the mean of the logarithms, and the fan ends where the draws end', () => {
  const random = seededRandom(2);
  const returns = Float64Array.from({ length: 2_000 }, () => (randomIndex(random, 2_001) - 990) / 100_000);
  const { totalReturn, probabilityOfLoss, fan } = resampledReturns(returns, 10, 1_000, 4)!;
  const own = returns.reduce((growth, gain) => growth * (1 + gain), 1) - 1;
  assert.ok(totalReturn.p25 < own && own < totalReturn.p75);
  assert.ok(probabilityOfLoss > 0 && probabilityOfLoss < 1);
  assert.equal(probabilityOfLoss < 0.5, totalReturn.p50 > 0);
  assert.equal(fan.length, 60);
  assert.equal(fan.at(-1)!.bars, 2_000);
  near(fan.at(-1)!.p50 - 1, totalReturn.p50, 1e-12);
  assert.ok(fan.every(({ p05, p25, p50, p75, p95 }) => p05 <= p25 && p25 <= p50 && p50 <= p75 && p75 <= p95));
});

test('blocks that cover all the bars they can draw from repeat the account itself', () => {
  const returns = Float64Array.from({ length: 100 }, (_, bar) => (bar % 10 === 0 ? 0.01 : 0));
  // Any ten bars in a row hold one gain.
  const { totalReturn } = resampledReturns(returns, 10, 200, 1)!;
  near(totalReturn.p05, 1.01 ** 10 - 1);
  near(totalReturn.p95, 1.01 ** 10 - 1);
});

test('a draw that meets the ruin loses everything, one that misses it does not', () => {
  const returns = new Float64Array(400);
  returns[200] = -1;
  const { totalReturn, probabilityOfLoss } = resampledReturns(returns, 4, 2_000, 1)!;
  assert.equal(totalReturn.histogram.from, -1);
  assert.equal(totalReturn.histogram.to, 0);
  // Each of 100 blocks meets it with probability 4 / 397.
  near(probabilityOfLoss, 1 - (1 - 4 / 397) ** 100, 0.05);
});

test('under ten blocks say nothing', () => {
  assert.equal(resampledReturns(new Float64Array(99), 10, 10, 1), null);
});

test('the same seed gives the same numbers, another one others', () => {
  const setup = setupOf([marketOf(barsOf(sawtooth(200)))]);
  const result = accountOf(
    setup,
    [4, 30, 77, 120, 150].map(from => ({ from, to: from + 3 })),
  );
  const measured = (seed: number) => measurePerformance(result, setup, { ...options, seed });
  assert.deepEqual(measured(1), measured(1));
  assert.notDeepEqual(measured(1).randomEntries, measured(2).randomEntries);
  assert.notDeepEqual(measured(1).monteCarlo, measured(2).monteCarlo);
});
