import type { Candles } from '../../contracts/candles.ts';
import type { Dataset } from '../../contracts/dataset.ts';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { fitScaler } from '../../datasets/scaler.ts';
import type { ActorCritic } from './actor-critic.ts';
import type { TrainingBars } from './training-bars.ts';

/** What makes features, portfolio and rewards numbers of the size of 1. */
export interface ObservationScale {
  readonly preprocessing: ActorCritic['preprocessing'];
  readonly portfolioScale: ActorCritic['portfolioScale'];
  /** 1 / σ, σ being the deviation of a training bar's log return: a position's reward of one bar is then about 1. */
  readonly rewardScale: number;
}

/** Features are held within so many deviations of their means. */
const CLIP = 5;

/**
 * Measured on the training bars alone. Returns of a position are divided by σ·√H, what the price moves within the horizon.
 */
export function observationScale(
  dataset: Dataset,
  { candles, labels }: { readonly candles: Candles; readonly labels: LabelSpec },
  { endBar }: TrainingBars,
): ObservationScale {
  const { center, scale } = fitScaler(dataset.columns, rowsOfBlock(dataset, 'train'), 'standard');
  const sigma = logReturnDeviation(candles.close.subarray(dataset.bar[0], endBar));
  const perHorizon = 1 / (sigma * Math.sqrt(labels.horizonBars));
  return {
    preprocessing: { mean: [...center], deviation: [...scale], clip: CLIP },
    portfolioScale: [1, perHorizon, 1, perHorizon],
    rewardScale: 1 / sigma,
  };
}

/** Population deviation of the log returns from close to close; 1 where the price stands still. */
function logReturnDeviation(close: Float64Array): number {
  const returns = close.subarray(1).map((price, at) => Math.log(price / close[at]));
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length;
  return Math.sqrt(variance) || 1;
}
