import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import type { LightgbmParams } from '../trees/lightgbm-library.ts';
import { checkParams } from './params.ts';

const share = z.number().gt(0).max(1);
const penalty = z.number().min(0).max(1e9);

/** LightGBM's own names, and `rounds` and `patience`. Defaults are those of the default recipe, then LightGBM's. */
const schema = z.strictObject({
  /** Most rounds; each adds a tree per class. */
  rounds: z.int().min(1).max(20_000).default(400),
  /** Rounds without a better validation loss after which training stops. */
  patience: z.int().min(1).max(20_000).default(30),
  learning_rate: z.number().gt(0).max(1).default(0.03),
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
  bagging_fraction: share.default(0.8),
  /** Rounds between two draws of the bag; 0: no bagging. */
  bagging_freq: z.int().min(0).max(20_000).default(1),
  extra_trees: z.boolean().default(false),
});

export type LightgbmRecipeParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseLightgbmParams(params: Recipe['train']['params']): LightgbmRecipeParams {
  return checkParams(schema, params);
}

/** What LightGBM is given. All its random seeds follow from `seed`; the rest makes threads and runs agree. */
export function libraryParams(train: Recipe['train'], classes: number): LightgbmParams {
  const { rounds: _rounds, patience: _patience, ...own } = parseLightgbmParams(train.params);
  return {
    ...own,
    objective: 'multiclass',
    metric: 'multi_logloss',
    num_class: classes,
    seed: train.seed,
    num_threads: train.threads,
    deterministic: true,
    force_row_wise: true,
    verbosity: -1,
  };
}
