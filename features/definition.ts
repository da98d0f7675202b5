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

/** Bars after which EMA(period) has forgotten its start; `averages` of them one after the other take longer. */
export function memory(period: number, averages = 1): number {
  return decayBars(1 - 2 / (period + 1), averages);
}

/** The same for Wilder's smoothing, which keeps (period − 1) / period of the past. */
export function wilderMemory(period: number, averages = 1): number {
  return decayBars(1 - 1 / period, averages);
}

/** Bars until a start that was off by ten usual values is off by 1e-9 of one. */
function decayBars(kept: number, averages: number): number {
  let bars = Math.ceil(Math.log(1e-10) / Math.log(kept));
  while (shareOfStart(kept, averages, bars) > 1e-10) bars++;
  return bars;
}

/** What weight averages of averages give to all values before the last `bars`: fewer than `averages` steps in so many bars. */
function shareOfStart(kept: number, averages: number, bars: number): number {
  let term = kept ** bars;
  let share = term;
  for (let steps = 1; steps < averages; steps++) {
    term *= (((bars - steps + 1) / steps) * (1 - kept)) / kept;
    share += term;
  }
  return share;
}
