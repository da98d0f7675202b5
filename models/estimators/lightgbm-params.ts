import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { LightgbmParams } from '../trees/lightgbm-library.ts';
import { checkParams } from './params.ts';
import { RETURN_LOSS, refuseReturnLoss } from './return-loss.ts';

const share = z.number().gt(0).max(1);
const penalty = z.number().min(0).max(1e9);

/** How a tree grows, by LightGBM's own names. Defaults are those of the default recipe, then LightGBM's. */
export const LIGHTGBM_TREE = {
  num_leaves: z.int().min(2).max(4_096).default(15),
  /** −1: no limit. */
  max_depth: z.int().min(-1).max(64).default(-1),
  min_data_in_leaf: z.int().min(1).max(10_000_000).default(200),
  min_sum_hessian_in_leaf: penalty.default(0.001),
  min_gain_to_split: penalty.default(0),
  lambda_l1: penalty.default(0),
  lambda_l2: penalty.default(5),
  path_smooth: penalty.default(0),
  max_bin: z.int().min(2).max(65_535).default(255),
  feature_fraction: share.default(0.8),
  feature_fraction_bynode: share.default(1),
  extra_trees: z.boolean().default(false),
} as const;

const schema = z.strictObject({
  /** Most rounds; each adds a tree per class. */
  rounds: z.int().min(1).max(20_000).default(400),
  /** Rounds without a better validation loss after which training stops. */
  patience: z.int().min(1).max(20_000).default(30),
  learning_rate: z.number().gt(0).max(1).default(0.03),
  ...LIGHTGBM_TREE,
  bagging_fraction: share.default(0.8),
  /** Rounds between two draws of the bag; 0: no bagging. */
  bagging_freq: z.int().min(0).max(20_000).default(1),
  ...RETURN_LOSS,
});

export type LightgbmRecipeParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseLightgbmParams(params: Recipe['train']['params']): LightgbmRecipeParams {
  return checkParams(schema, params);
}

/** Objective and metric of each loss of returns. */
const RETURN_OBJECTIVES = {
  l2: { objective: 'regression', metric: 'l2' },
  l1: { objective: 'regression_l1', metric: 'l1' },
  huber: { objective: 'huber', metric: 'huber' },
} as const;

/**
 * What LightGBM is given. All its random seeds follow from `seed`; the rest makes threads and runs agree.
 * @param own the recipe's parameters that LightGBM takes as they are
 * @param deviation of the targets, in the unit that they are learnt in
 * @throws AlphaloomError RECIPE_INVALID: a loss of returns in another task
 */
export function lightgbmParams(
  own: LightgbmParams,
  loss: Pick<LightgbmRecipeParams, 'loss' | 'huber_delta'>,
  train: Recipe['train'],
  task: Task,
  deviation: number,
): LightgbmParams {
  refuseReturnLoss(train.params, task);
  return {
    ...own,
    ...objectiveOf(task, loss, deviation),
    seed: train.seed,
    num_threads: train.threads,
    deterministic: true,
    force_row_wise: true,
    verbosity: -1,
  };
}

function objectiveOf(
  task: Task,
  { loss, huber_delta: delta }: Pick<LightgbmRecipeParams, 'loss' | 'huber_delta'>,
  deviation: number,
): LightgbmParams {
  if (task === 'return') {
    return { ...RETURN_OBJECTIVES[loss], ...(loss === 'huber' ? { alpha: delta * deviation } : {}) };
  }
  if (task === 'approve2') return { objective: 'binary', metric: 'binary_logloss' };
  const classes = TASK_CLASSES[task].length;
  return { objective: 'multiclass', metric: 'multi_logloss', num_class: classes };
}
