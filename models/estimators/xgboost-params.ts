import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { XgboostParams } from '../trees/xgboost-library.ts';
import { checkParams } from './params.ts';
import { RETURN_LOSS, refuseReturnLoss } from './return-loss.ts';

const share = z.number().gt(0).max(1);
const penalty = z.number().min(0).max(1e9);

/** XGBoost's own names, and `rounds` and `patience`. Defaults lean as LightGBM's here do: small, damped trees. */
const schema = z.strictObject({
  /** Most rounds; each adds a tree per class. */
  rounds: z.int().min(1).max(20_000).default(400),
  /** Rounds without a better validation loss after which training stops. */
  patience: z.int().min(1).max(20_000).default(30),
  learning_rate: z.number().gt(0).max(1).default(0.03),
  /** 0: no limit, where `max_leaves` sets one. */
  max_depth: z.int().min(0).max(32).default(4),
  /** 0: no limit. */
  max_leaves: z.int().min(0).max(4_096).default(0),
  grow_policy: z.enum(['depthwise', 'lossguide']).default('depthwise'),
  /** Least sum of hessians in a leaf; a row adds at most a quarter of its weight in tasks of classes, its weight in `return`. */
  min_child_weight: penalty.default(50),
  min_split_loss: penalty.default(0),
  /** 0: no limit. */
  max_delta_step: penalty.default(0),
  reg_alpha: penalty.default(0),
  reg_lambda: penalty.default(5),
  max_bin: z.int().min(2).max(65_535).default(256),
  subsample: share.default(0.8),
  colsample_bytree: share.default(0.8),
  colsample_bylevel: share.default(1),
  colsample_bynode: share.default(1),
  ...RETURN_LOSS,
});

export type XgboostRecipeParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseXgboostParams(params: Recipe['train']['params']): XgboostRecipeParams {
  return checkParams(schema, params);
}

/** Objective and metric of each loss of returns. */
const RETURN_OBJECTIVES = {
  l2: { objective: 'reg:squarederror', eval_metric: 'rmse' },
  l1: { objective: 'reg:absoluteerror', eval_metric: 'mae' },
  huber: { objective: 'reg:pseudohubererror', eval_metric: 'mphe' },
} as const;

/**
 * What XGBoost is given.
 * @param deviation of the targets, in the unit that they are learnt in
 * @throws AlphaloomError RECIPE_INVALID: a loss of returns in another task
 */
export function xgboostParams(
  params: XgboostRecipeParams,
  train: Recipe['train'],
  task: Task,
  deviation: number,
): XgboostParams {
  refuseReturnLoss(train.params, task);
  const { rounds: _rounds, patience: _patience, loss, huber_delta: delta, ...own } = params;
  return {
    ...own,
    ...objectiveOf(task, loss, delta * deviation),
    tree_method: 'hist',
    seed: train.seed,
    nthread: train.threads,
  };
}

function objectiveOf(task: Task, loss: XgboostRecipeParams['loss'], slope: number): XgboostParams {
  if (task === 'return') {
    return { ...RETURN_OBJECTIVES[loss], ...(loss === 'huber' ? { huber_slope: slope } : {}) };
  }
  if (task === 'approve2') return { objective: 'binary:logistic', eval_metric: 'logloss' };
  const classes = TASK_CLASSES[task].length;
  return { objective: 'multi:softprob', eval_metric: 'mlogloss', num_class: classes };
}
