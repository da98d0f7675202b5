import { treeEstimator } from '../trees/tree-estimator.ts';
import { XGBOOST_VERSION } from '../trees/xgboost-library.ts';
import { parseXgboostParams, type XgboostRecipeParams, xgboostParams } from './xgboost-params.ts';

/** Gradient-boosted trees by XGBoost. */
export const xgboost = treeEstimator<XgboostRecipeParams>({
  name: 'xgboost',
  learner: 'xgboost',
  version: XGBOOST_VERSION,
  parseParams: parseXgboostParams,
  libraryParams: xgboostParams,
  schedule: ({ rounds, patience }) => ({ rounds, patience, keep: 'best' }),
});
