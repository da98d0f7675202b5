import assert from 'node:assert/strict';
import test from 'node:test';
import { aucAdvantage, mccAdvantage, returnAdvantage } from '../../evaluation/comparison/advantages.ts';
import { bootstrapIntervals } from '../../statistics/bootstrap.ts';
import { classificationMetrics, directionalRanking } from '../../statistics/classification.ts';
import { likeliestClasses } from '../../statistics/probabilities.ts';
import { areaUnderCurve, placements } from '../../statistics/ranking.ts';
import { statisticOfRanking } from '../../statistics/resampled.ts';
import { near } from '../support/near.ts';
import { CLASSES, population } from './facts.ts';

const ROWS = 2_000;
const SPEC = { rows: ROWS, blockRows: 12, draws: 4_000, seed: 5, level: 0.04 };
const MODELS = [0.3, 0.2, 0.1].map(skill => population(ROWS, skill));
const { label } = MODELS[0]!;
const answers = MODELS.map(model => model.answers);
const predicted = answers.map(probabilities => Int8Array.from(likeliestClasses(probabilities, 3)));

test('placements average to the AUC on either side, ties counting half', () => {
  const coarse = answers[0]!.map(p => Math.round(p * 5) / 5 + 0.01);
  const ranking = directionalRanking(label, coarse, CLASSES)!;
  const area = areaUnderCurve(ranking, new Uint8Array(ROWS).fill(1));
  const placed = placements(ranking);
  for (const side of [0, 1]) {
    const own = placed.filter((_, at) => ranking.positive[at] === side);
    near(own.reduce((sum, value) => sum + value, 0) / own.length, area, 1e-12);
  }
});

test('the AUC’s projection has the AUC’s own interval, to a thousandth', () => {
  const ranking = directionalRanking(label, answers[0]!, CLASSES)!;
  const { exact } = bootstrapIntervals(statisticOfRanking('exact', ROWS, ranking), SPEC);
  const { candidate } = aucAdvantage(label, answers, CLASSES, SPEC)!;
  near(candidate.value! + 0.5, exact.value, 1e-12);
  near(candidate.low! + 0.5, exact.low, 1e-3);
  near(candidate.high! + 0.5, exact.high, 1e-3);
});

test('the seeds’ advantage is that of their mean', () => {
  const metrics = answers.map(probabilities => classificationMetrics(label, probabilities, CLASSES));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const auc = aucAdvantage(label, answers, CLASSES, SPEC)!;
  near(auc.seeds.value! + 0.5, mean(metrics.map(({ directionalAuc }) => directionalAuc!)));
  const mcc = mccAdvantage(label, predicted, null, 3, SPEC);
  near(mcc.seeds.value, mean(metrics.map(row => row.mcc)));
  near(mcc.candidate.value, metrics[0]!.mcc);
  const over = mccAdvantage(label, predicted.slice(0, 2), predicted[2]!, 3, SPEC);
  near(over.seeds.value, mean([metrics[0]!.mcc, metrics[1]!.mcc]) - metrics[2]!.mcc);
});

test('returns are compared bar by bar: what both lose together is no difference', () => {
  const common = Float64Array.from({ length: ROWS }, (_, bar) => 0.05 * Math.sin(bar * 1.7));
  const better = common.map((value, bar) => value + 0.0001 + 0.0001 * Math.sin(bar));
  const { candidate, seeds } = returnAdvantage([better, common], common, SPEC);
  near(candidate.value, 0.0001, 1e-6);
  near(seeds.value, candidate.value! / 2, 1e-9);
  assert.ok(candidate.low! > 0.00005 && candidate.high! < 0.00015);
});

test('a task without directions has no AUC', () => {
  const two = new Float32Array(2 * ROWS).fill(0.5);
  assert.equal(aucAdvantage(new Int8Array(ROWS), [two], ['A', 'B'], SPEC), null);
});
