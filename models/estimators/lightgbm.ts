import { LIGHTGBM_VERSION } from '../trees/lightgbm-library.ts';
import { treeEstimator } from '../trees/tree-estimator.ts';
import { type LightgbmRecipeParams, lightgbmParams, parseLightgbmParams } from './lightgbm-params.ts';

/** Gradient-boosted trees by LightGBM. */
export const lightgbm = treeEstimator<LightgbmRecipeParams>({
  name: 'lightgbm',
  learner: 'lightgbm',
  version: LIGHTGBM_VERSION,
  parseParams: parseLightgbmParams,
  libraryParams(params, train, task, deviation) {
    const { rounds: _rounds, patience: _patience, loss, huber_delta, ...own } = params;
    return lightgbmParams(own, { loss, huber_delta }, train, task, deviation);
  },
  schedule: ({ rounds, patience }) => ({ rounds, patience, keep: 'best' }),
});
