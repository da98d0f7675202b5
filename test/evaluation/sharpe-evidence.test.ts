import assert from 'node:assert/strict';
import test from 'node:test';
import type { TrialRecord } from '../../contracts/trials.ts';
import { sharpeEvidence, trialsSoFar } from '../../evaluation/sharpe-evidence.ts';
import { expectedMaximumSharpe, sampleVariance } from '../../statistics/sharpe.ts';
import oracle from '../golden/sharpe.json' with { type: 'json' };
import { near } from '../support/near.ts';
import { scoreOf } from './search/trials.ts';

function logged(configuration: string, sharpePerBar: number | null, folds = 5): TrialRecord {
  return {
    recipe: 'tested',
    settings: {},
    configuration,
    objective: 'mcc',
    score: scoreOf({ sharpePerBar, folds }),
    artifact: { step: 'trial', inputHash: 'a'.repeat(64), sha256: 'b'.repeat(64) },
  };
}

const returns = Float64Array.from(oracle.returns);

test('without logged trials nothing is deflated', () => {
  const evidence = sharpeEvidence(returns, '1h', trialsSoFar([]));
  near(evidence.perBar, oracle.sharpe_per_period_ddof1, 1e-10);
  near(evidence.annualised, oracle.sharpe_per_period_ddof1 * Math.sqrt(8_760), 1e-10);
  near(evidence.probabilistic, oracle.probabilistic_sharpe_vs_0, 1e-10);
  assert.equal(evidence.deflated, evidence.probabilistic);
  assert.deepEqual([evidence.trials, evidence.expectedMaximum], [1, 0]);
});

test('the spread of the logged trials’ own ratios deflates, as the reference does it', () => {
  const trials = trialsSoFar(oracle.trial_sharpes.map((ratio, i) => logged(`c${i}`, ratio)));
  const evidence = sharpeEvidence(returns, '1h', trials);
  assert.deepEqual([evidence.trials, evidence.spread], [40, 'logged trials']);
  near(evidence.expectedMaximum, oracle.expected_max_sharpe_of_trials, 1e-10);
  near(evidence.deflated, oracle.deflated_sharpe, 1e-10);
});

test('with under five ratios the spread is that of estimates without skill', () => {
  const trials = trialsSoFar([1, 2, 3, 4].map(i => logged(`c${i}`, i)));
  assert.deepEqual(trials, { count: 4, variance: null });
  const evidence = sharpeEvidence(returns, '1h', trials);
  assert.equal(evidence.spread, 'no skill');
  near(evidence.expectedMaximum, expectedMaximumSharpe(4, 1 / 499));
});

test('a configuration that was scored again is one trial, by its widest scoring', () => {
  const ratios = [0.1, 0.2, 0.3, 0.4, 0.5];
  const records = ratios.flatMap((ratio, i) => [
    logged(`c${i}`, 9, 1),
    logged(`c${i}`, ratio, 5),
    logged(`c${i}`, -9, 3),
  ]);
  assert.deepEqual(trialsSoFar(records), { count: 5, variance: sampleVariance(ratios) });
});

test('trials that never traded count, and say nothing of the spread', () => {
  assert.deepEqual(trialsSoFar([0, 1, 2, 3, 4, 5].map(i => logged(`c${i}`, i < 3 ? 0.1 : null))), {
    count: 6,
    variance: null,
  });
});

test('a model that never traded has no ratio', () => {
  const { perBar, annualised, probabilistic, deflated } = sharpeEvidence(
    new Float64Array(100),
    '1h',
    trialsSoFar([]),
  );
  assert.deepEqual([perBar, annualised, probabilistic, deflated], [null, null, null, null]);
});
