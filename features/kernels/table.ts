import { bollingerBands } from './bollinger.ts';
import type { Kernel } from './kernel.ts';
import { rateOfChange, relativeStrengthIndex, stochastic } from './momentum.ts';
import { exponentialMovingAverage, macd } from './moving-average.ts';
import { logReturnDeviation, relativeTrueRange } from './volatility.ts';
import { volumeRatio } from './volume.ts';

/** Kernels by the name that the catalog uses. */
export const KERNELS = {
  'average-true-range': relativeTrueRange,
  'bollinger-bands': bollingerBands,
  'exponential-moving-average': exponentialMovingAverage,
  'log-return-deviation': logReturnDeviation,
  macd,
  'rate-of-change': rateOfChange,
  'relative-strength-index': relativeStrengthIndex,
  stochastic,
  'volume-ratio': volumeRatio,
} as const satisfies Record<string, Kernel>;

export type KernelName = keyof typeof KERNELS;
