import type { Kernel, KernelParameters } from './kernels/kernel.ts';

export const FEATURE_FAMILIES = [
  'trend',
  'momentum',
  'volatility',
  'volume',
  'candle-shape',
  'statistics',
  'range',
  'calendar',
  'longer-timeframe',
  'leader',
  'ticks',
  'own',
] as const;
export type FeatureFamily = (typeof FEATURE_FAMILIES)[number];

/** A line of the catalog. */
export interface FeatureDefinition {
  readonly name: string;
  readonly family: FeatureFamily;
  readonly kernel: Kernel;
  /** Which of the kernel's outputs it is. */
  readonly output: string;
  readonly parameters: KernelParameters;
  /**
   * Bars before t that the value at t depends on; rows before it are warm-up. A recursive formula depends on all of them:
   * its look-back ends where what the start could still change is under 1e-9 of a usual value.
   */
  readonly lookBack: number;
  readonly unit: string;
  readonly source: string;
  /** Raised whenever the formula's values change; part of the schema hash. */
  readonly version: number;
  /** SHA-256 (hex) of the file that a user's own feature comes from; part of the schema hash. */
  readonly contentHash?: string;
}

/** Bars after which EMA(period) has forgotten its start. */
export function memory(period: number): number {
  return decayBars(1 - 2 / (period + 1));
}

/** The same for Wilder's smoothing, which keeps (period − 1) / period of the past. */
export function wilderMemory(period: number): number {
  return decayBars(1 - 1 / period);
}

/** Bars until a start that was off by ten usual values is off by 1e-9 of one. */
function decayBars(kept: number): number {
  return Math.ceil(Math.log(1e-10) / Math.log(kept));
}
