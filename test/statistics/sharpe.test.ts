import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { normalCdf, normalQuantile } from '../../statistics/normal.ts';
import {
  deflatedSharpe,
  expectedMaximumSharpe,
  probabilisticSharpe,
  returnMoments,
  sampleVariance,
} from '../../statistics/sharpe.ts';
import oracle from '../golden/sharpe.json' with { type: 'json' };
import { near } from '../support/near.ts';

const TOLERANCE = 1e-10;
const moments = returnMoments(oracle.returns);
const variance = sampleVariance(oracle.trial_sharpes);

test('Sharpe ratio, skewness and kurtosis of returns equal the reference', () => {
  near(moments.sharpe, oracle.sharpe_per_period_ddof1, TOLERANCE);
  near(moments.skewness, oracle.skew_population, TOLERANCE);
  near(moments.kurtosis, oracle.kurtosis_population_not_excess, TOLERANCE);
});

test('the probabilistic Sharpe ratio equals the reference', () => {
  near(probabilisticSharpe(moments, 0), oracle.probabilistic_sharpe_vs_0, TOLERANCE);
});

test('the largest Sharpe ratio to be expected of 40 trials, and the deflated one, equal the reference', () => {
  const trials = oracle.trial_sharpes.length;
  near(expectedMaximumSharpe(trials, variance), oracle.expected_max_sharpe_of_trials, TOLERANCE);
  near(deflatedSharpe(moments, trials, variance), oracle.deflated_sharpe, TOLERANCE);
});

test('a single trial is not deflated: nothing was chosen', () => {
  assert.equal(expectedMaximumSharpe(1, variance), 0);
  assert.equal(deflatedSharpe(moments, 1, variance), probabilisticSharpe(moments, 0));
});

test('the more trials, the less the same Sharpe ratio says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      (trials, v) => {
        assert.ok(expectedMaximumSharpe(trials + 1, v) >= expectedMaximumSharpe(trials, v));
        assert.ok(deflatedSharpe(moments, trials + 1, v)! <= deflatedSharpe(moments, trials, v)! + 1e-14);
      },
    ),
  );
});

test('returns that do not vary, or are too few, have no Sharpe ratio', () => {
  for (const returns of [[], [0.1], [0, 0, 0]]) {
    const none = returnMoments(returns);
    assert.equal(none.sharpe, null);
    assert.equal(probabilisticSharpe(none, 0), null);
    assert.equal(deflatedSharpe(none, 10, 0.1), null);
  }
});

test('the normal distribution agrees with its tables, and its quantile undoes it', () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.1, with more digits.
  near(normalCdf(1.96), 0.9750021048517795, 1e-14);
  near(normalCdf(1), 0.8413447460685429, 1e-14);
  near(normalCdf(-6) * 1e9, 0.9865876450376946, 1e-5);
  near(normalQuantile(0.975), 1.959963984540054, 1e-12);
  assert.deepEqual(
    [normalQuantile(0), normalQuantile(1)],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  );
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), x => {
      near(normalQuantile(normalCdf(x)), x, 1e-8);
    }),
  );
});
