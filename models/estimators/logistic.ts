import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { linearGraph } from '../linear/linear-graph.ts';
import { linearScores, readLinearFit, writeLinearFit } from '../linear/linear-model.ts';
import type { LinearRows } from '../linear/linear-problem.ts';
import type { LinearJob, LinearResult } from '../linear/linear-worker.ts';
import { runInThread } from '../workers/worker-thread.ts';
import { classWeightsOf } from './class-weights.ts';
import type { Estimator, FeatureImportance, FitInput, FitSummary } from './estimator.ts';
import { requireFitted } from './fitted-contract.ts';
import { type LogisticParams, parseLogisticParams } from './logistic-params.ts';
import { requireRows, requireTwoClasses } from './training-rows.ts';

const WORKER = new URL('../linear/linear-worker.ts', import.meta.url);

/**
 * The baseline that others must beat: logistic regression (of two classes, or multinomial), ridge regression in the task
 * `return`, with an L2 penalty, on the last bar's features.
 */
export const logistic: Estimator = {
  name: 'logistic',
  tasks: ['direction3', 'approve2', 'return'],
  library: 'none',
  needs: [],
  parityTolerance: 5e-6,
  calibrates: true,
  parseParams: parseLogisticParams,
  steps: () => 1,
  fit,
  scores: async (folder, windows) => linearScores(await readLinearFit(folder), windows),
  async scoreGraph(folder, contract) {
    const fitted = await readLinearFit(folder);
    requireFitted(contract, fitted, 1);
    return linearGraph(fitted);
  },
  importance,
};

/** Nothing of it is native: the thread can be ended where it stands. */
async function fit(input: FitInput): Promise<FitSummary> {
  const { dataset, task, classes, folder, signal, onProgress } = input;
  const job = jobOf(input, parseLogisticParams(input.train.params));
  const { scaling, beta, losses } = await runInThread<FitProgress, LinearResult>(
    WORKER,
    job,
    onProgress,
    signal,
  );
  const { featureNames } = dataset;
  const { coefficients, intercepts } = scoresOf(beta, featureNames.length, task);
  await writeLinearFit(folder, { task, featureNames, classes, scaling, coefficients, intercepts, losses });
  return { rounds: losses.length, bestRound: losses.length, bestLoss: losses.at(-1)! };
}

function jobOf({ dataset, classes, train }: FitInput, { l2, iterations }: LogisticParams): LinearJob {
  const training = blockRows(dataset, 'train', 1);
  const validation = blockRows(dataset, 'validation', 1);
  requireRows(training.rows, validation.rows);
  if (classes.length > 0) requireTwoClasses(training.label, classes);
  const ofClass = classWeightsOf(train.classWeights, training.label, classes.length);
  const rowsOf = ({ windows, label, target, weight }: typeof training): LinearRows => ({
    windows,
    target: target ?? Float32Array.from(label),
    weight: Float32Array.from(label, (own, row) => (ofClass[own] ?? 1) * (weight?.[row] ?? 1)),
  });
  return { train: rowsOf(training), validation: rowsOf(validation), classes: classes.length, l2, iterations };
}

/** Coefficients and intercept per score; those of the first of two classes are 0. */
function scoresOf(
  beta: Float64Array,
  features: number,
  task: Task,
): { coefficients: number[][]; intercepts: number[] } {
  const width = features + 1;
  const free = Array.from({ length: beta.length / width }, (_, score) => [
    ...beta.subarray(score * width, (score + 1) * width),
  ]);
  const all = TASK_CLASSES[task].length === 2 ? [new Array<number>(width).fill(0), ...free] : free;
  return {
    coefficients: all.map(values => values.slice(0, features)),
    intercepts: all.map(values => values[features]),
  };
}

/** The mean size of a feature's coefficients, which are all of scaled features. */
async function importance(folder: string): Promise<FeatureImportance> {
  const { featureNames, coefficients } = await readLinearFit(folder);
  const gains = featureNames.map(
    (_, at) => coefficients.reduce((sum, ofScore) => sum + Math.abs(ofScore[at]), 0) / coefficients.length,
  );
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return featureNames.map((feature, at) => ({
    feature,
    gain: gains[at],
    share: total > 0 ? gains[at] / total : 0,
  }));
}
