import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../contracts/dataset.ts';
import type { TrainSpec } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { blockRows } from '../datasets/block-rows.ts';
import type { Libraries } from '../models/estimators/estimator.ts';
import { findEstimator } from '../models/estimators/index.ts';
import { lightgbmParams, parseLightgbmParams } from '../models/estimators/lightgbm-params.ts';
import { parseXgboostParams, xgboostParams } from '../models/estimators/xgboost-params.ts';
import { TREE_LEARNERS } from '../models/trees/learners.ts';

export const LEARNERS = ['lightgbm', 'xgboost'] as const;
export type Learner = (typeof LEARNERS)[number];

export const ROUNDS = 150;
export const THREADS = 2;

const PARAMS = {
  lightgbm: {
    ...{ learning_rate: 0.05, num_leaves: 31, min_data_in_leaf: 20, lambda_l2: 0 },
    ...{ feature_fraction: 1, bagging_fraction: 1, bagging_freq: 0 },
  },
  xgboost: {
    ...{ learning_rate: 0.05, max_depth: 6, min_child_weight: 1, reg_lambda: 1 },
    ...{ subsample: 1, colsample_bytree: 1 },
  },
};

export async function fitInto(
  folder: string,
  learner: Learner,
  dataset: Dataset,
  libraries: Libraries,
  { signal = new AbortController().signal, rounds = ROUNDS }: { signal?: AbortSignal; rounds?: number } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await findEstimator(learner).fit({
    ...{ dataset, task: 'direction3', classes: TASK_CLASSES.direction3, train: trainSpec(learner, rounds) },
    ...{ folder, workFolder: `${folder}.work`, libraries, signal, onProgress: () => {} },
  });
}

/** What Python must know to do the same, whose tables lie in the folder then. */
export async function writeReferenceSpec(folder: string, dataset: Dataset): Promise<object> {
  for (const block of ['train', 'validation'] as const) {
    const { windows, label } = blockRows(dataset, block, 1);
    await writeFile(join(folder, `${block}.x.f32`), windows.values);
    await writeFile(join(folder, `${block}.y.f32`), Float32Array.from(label));
  }
  const lightgbm = trainSpec('lightgbm', ROUNDS);
  const { rounds: _r, patience: _p, loss, huber_delta, ...own } = parseLightgbmParams(lightgbm.params);
  const xgboost = trainSpec('xgboost', ROUNDS);
  return {
    features: dataset.columns.length,
    names: dataset.featureNames,
    rounds: ROUNDS,
    params: {
      lightgbm: lightgbmParams(own, { loss, huber_delta }, lightgbm, 'direction3', 1),
      xgboost: xgboostParams(parseXgboostParams(xgboost.params), xgboost, 'direction3', 1),
    },
  };
}

/** Of the part of the model's file that says nothing but the trees. */
export async function modelHash(folder: string, learner: Learner): Promise<string> {
  const text = await readModel(folder, learner);
  const trees = learner === 'lightgbm' ? text.slice(0, text.indexOf('\nend of trees')) : text;
  return createHash('sha256').update(trees).digest('hex');
}

export async function readModel(folder: string, learner: Learner): Promise<string> {
  return await readFile(join(folder, TREE_LEARNERS[learner].modelFile), 'utf8');
}

function trainSpec(learner: Learner, rounds: number): TrainSpec {
  return {
    ...{ estimator: learner, seed: 1, threads: THREADS, classWeights: 'none' },
    params: { ...PARAMS[learner], rounds, patience: rounds },
  };
}
