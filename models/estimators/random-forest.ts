import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import { LIGHTGBM_VERSION } from '../trees/lightgbm-library.ts';
import { treeEstimator } from '../trees/tree-estimator.ts';
import { LIGHTGBM_TREE, lightgbmParams } from './lightgbm-params.ts';
import { checkParams } from './params.ts';
import { RETURN_LOSS } from './return-loss.ts';

/** LightGBM's names, and `trees`. Defaults: large trees of few features a split, each on its own part of the rows. */
const schema = z.strictObject({
  /** Trees per class. */
  trees: z.int().min(1).max(20_000).default(300),
  ...LIGHTGBM_TREE,
  num_leaves: LIGHTGBM_TREE.num_leaves.unwrap().default(63),
  min_data_in_leaf: LIGHTGBM_TREE.min_data_in_leaf.unwrap().default(50),
  lambda_l2: LIGHTGBM_TREE.lambda_l2.unwrap().default(0),
  feature_fraction: LIGHTGBM_TREE.feature_fraction.unwrap().default(1),
  feature_fraction_bynode: LIGHTGBM_TREE.feature_fraction_bynode.unwrap().default(0.4),
  /** Each tree's part of the rows, drawn without replacement; 1 would make the trees alike. */
  bagging_fraction: z.number().gt(0).lt(1).default(0.632),
  ...RETURN_LOSS,
});

type ForestParams = z.infer<typeof schema>;

function parseForestParams(params: Recipe['train']['params']): ForestParams {
  return checkParams(schema, params);
}

/**
 * A random forest by LightGBM (`boosting=rf`): the mean of trees that know nothing of one another. More of them do no harm, so
 * all are kept: validation rows stop nothing, their loss is only told.
 */
export const randomForest = treeEstimator<ForestParams>({
  name: 'random-forest',
  learner: 'lightgbm',
  version: LIGHTGBM_VERSION,
  parseParams: parseForestParams,
  libraryParams({ trees: _trees, loss, huber_delta, ...own }, train, task, deviation) {
    const forest = { ...own, boosting: 'rf', bagging_freq: 1 };
    return lightgbmParams(forest, { loss, huber_delta }, train, task, deviation);
  },
  schedule: ({ trees }) => ({ rounds: trees, patience: trees, keep: 'last' }),
});
