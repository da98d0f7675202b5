import assert from 'node:assert/strict';
import test from 'node:test';
import { type ScoreInput, scoreDecided, scoreModel } from '../../evaluation/score.ts';
import { classificationMetrics } from '../../statistics/classification.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { near } from '../support/near.ts';
import { CLASSES, population, RECIPE, scoreInput } from './facts.ts';

test('the metrics are those of the rows, and each interval stands around its metric', () => {
  const input = scoreInput();
  const { metrics, intervals, bootstrap } = scoreModel(input);
  assert.deepEqual(metrics, classificationMetrics(input.label, input.answers, CLASSES));
  for (const key of [
    'mcc',
    'accuracy',
    'balancedAccuracy',
    'macroF1',
    'directionalAuc',
    'logLoss',
    'brier',
  ] as const) {
    const { value, low, high } = intervals[key];
    assert.equal(value, metrics[key]);
    assert.ok(low! < value! && value! < high!, key);
  }
  assert.deepEqual(bootstrap, {
    method: 'moving-block',
    blockRows: 12,
    draws: 400,
    generator: 'mt19937',
    seed: RECIPE.gate.bootstrapSeed,
  });
});

test('the same input gives the same score', () => {
  assert.deepEqual(scoreModel(scoreInput()), scoreModel(scoreInput()));
});

test('the baseline answers the training block’s majority class with its frequencies', () => {
  const { baseline } = scoreModel(scoreInput({ trainClasses: [1_000, 500, 500] }));
  assert.deepEqual(
    baseline.perClass.map(row => row.predicted),
    [2_000, 0, 0],
  );
  assert.equal(baseline.mcc, 0);
  assert.equal(baseline.directionalAuc, 0.5);
  const shares = baseline.perClass.map(row => row.support / baseline.rows);
  near(baseline.logLoss, -(shares[0]! * Math.log(0.5) + (1 - shares[0]!) * Math.log(0.25)));
});

test('returns per trade are resampled by bars, a trade going with its entry bar', () => {
  const input = scoreInput({ market: 'swap' });
  const { trades, intervals, backtest } = scoreModel(input);
  const { bootstrapDraws, bootstrapSeed } = RECIPE.gate;
  const random = seededRandom(bootstrapSeed);
  const means = Array.from({ length: bootstrapDraws }, () => {
    const drawn: number[] = [];
    const starts = Array.from({ length: Math.ceil(backtest.bars / 12) }, () =>
      randomIndex(random, backtest.bars - 11),
    );
    for (const start of starts) for (let i = 0; i < 12; i++) drawn.push(500 + start + i);
    const returns = drawn
      .slice(0, backtest.bars)
      .flatMap(bar => trades.filter(trade => trade.entryBar === bar).map(trade => trade.netReturn));
    return returns.reduce((sum, value) => sum + value, 0) / returns.length;
  }).sort((a, b) => a - b);
  const at = (share: number) => {
    const position = share * (means.length - 1);
    const below = Math.floor(position);
    return means[below]! + (means[below + 1]! - means[below]!) * (position - below);
  };
  near(intervals.netReturnPerTrade.low, at(0.025));
  near(intervals.netReturnPerTrade.high, at(0.975));
  near(intervals.netReturnPerTrade.value, backtest.meanNetReturn);
  near(intervals.grossReturnPerTrade.value, backtest.meanGrossReturn);
});

test('the backtest plays the block’s bars and cuts no trade', () => {
  const { backtest, trades } = scoreModel(scoreInput());
  assert.equal(backtest.bars, 2_000 + 6);
  assert.ok(trades.length > 30);
  assert.ok(trades.every(trade => trade.exitReason !== 'end' && trade.side === 'LONG'));
});

test('a block at the snapshot’s end is played to its last bar', () => {
  const input = scoreInput();
  const bar = Int32Array.from({ length: 2_000 }, (_, row) => 598 + row);
  assert.equal(scoreModel({ ...input, bar }).backtest.bars, 2_002);
});

test('a model that never trades has no return per trade', () => {
  const input: ScoreInput = scoreInput();
  const answers = Float32Array.from({ length: 6_000 }, (_, i) => (i % 3 === 1 ? 0.8 : 0.1));
  const { backtest, intervals } = scoreModel({ ...input, answers });
  assert.equal(backtest.trades, 0);
  assert.deepEqual(intervals.netReturnPerTrade, { value: null, low: null, high: null });
});

test('a block too short for its horizon has estimates without bounds', () => {
  const { intervals, metrics } = scoreModel(scoreInput(population(100, 0.5)));
  assert.deepEqual(intervals.mcc, { value: metrics.mcc, low: null, high: null });
});

test('a probability that is no number is refused', () => {
  const { answers } = population(2_000, 0.5);
  answers[17] = Number.NaN;
  assert.throws(() => scoreModel(scoreInput({ answers })), { code: 'PREDICTION_INVALID' });
});

test('decisions are scored and played as they were made, whatever is likeliest', () => {
  const { answers, ...input } = scoreInput();
  const predicted = new Int8Array(2_000).fill(1);
  const { metrics, backtest, intervals } = scoreDecided({ ...input, probabilities: answers, predicted });
  assert.deepEqual(
    metrics.perClass.map(row => row.predicted),
    [0, 2_000, 0],
  );
  assert.equal(intervals.mcc.value, 0);
  assert.equal(backtest.trades, 0);
});
