import type { WindowTable } from '../../../features/window.ts';

export interface FeatureStatistics {
  readonly mean: readonly number[];
  /** Population deviation; 1 where a feature does not vary, or has no values. */
  readonly deviation: readonly number[];
}

/** Under this share of the mean (float32 has seven digits), or this size, a deviation is rounding. */
const ROUNDING = 1e-6;
const TINY = 1e-30;

/**
 * Mean and deviation of each feature over all bars that the windows read: every bar once, however many windows hold it;
 * missing values left out. Two passes, in float64.
 */
export function featureStatistics(windows: WindowTable): FeatureStatistics {
  const { values, features } = windows;
  const bars = barsOf(windows);
  const counts = new Float64Array(features);
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  eachValue(values, bars, features, (value, feature) => {
    counts[feature]++;
    mean[feature] += value;
  });
  for (let feature = 0; feature < features; feature++) mean[feature] /= Math.max(1, counts[feature]);
  eachValue(values, bars, features, (value, feature) => {
    square[feature] += (value - mean[feature]) ** 2;
  });
  const deviation = Array.from(square, (sum, feature) =>
    soundDeviation(Math.sqrt(sum / Math.max(1, counts[feature])), mean[feature]),
  );
  return { mean: [...mean], deviation };
}

/** Population deviation of a target; 1 where it does not vary. */
export function targetDeviation(target: Float32Array): number {
  const mean = target.reduce((sum, value) => sum + value, 0) / Math.max(1, target.length);
  const square = target.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return soundDeviation(Math.sqrt(square / Math.max(1, target.length)), mean);
}

function soundDeviation(deviation: number, mean: number): number {
  return deviation > Math.max(TINY, ROUNDING * Math.abs(mean)) ? deviation : 1;
}

/** Rows of the table that any window reads, ascending. */
function barsOf({ ends, steps }: WindowTable): number[] {
  const bars: number[] = [];
  let next = 0;
  for (const end of ends) {
    for (let bar = Math.max(next, end - steps + 1); bar <= end; bar++) bars.push(bar);
    next = end + 1;
  }
  return bars;
}

function eachValue(
  values: Float32Array,
  bars: readonly number[],
  features: number,
  take: (value: number, feature: number) => void,
): void {
  for (const bar of bars) {
    for (let feature = 0; feature < features; feature++) {
      const value = values[bar * features + feature];
      if (Number.isFinite(value)) take(value, feature);
    }
  }
}
