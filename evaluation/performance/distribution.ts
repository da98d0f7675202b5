import type { Distribution, Histogram } from '../../contracts/performance.ts';
import { quantileOfSorted } from '../../statistics/quantile.ts';

const BINS = 40;
const TAIL = 0.005;

/** Null where a draw exceeds all numbers, as gains compounded at a high leverage may. @param sample at least one number */
export function distributionOf(sample: Float64Array): Distribution | null {
  if (!sample.every(Number.isFinite)) return null;
  const sorted = sample.toSorted();
  return {
    draws: sample.length,
    mean: sample.reduce((sum, value) => sum + value, 0) / sample.length,
    ...quantilesOf(sorted),
    histogram: histogramOf(sorted),
  };
}

export type Quantiles = Pick<Distribution, 'p05' | 'p25' | 'p50' | 'p75' | 'p95'>;

export function quantilesOf(sorted: Float64Array): Quantiles {
  return {
    p05: quantileOfSorted(sorted, 0.05),
    p25: quantileOfSorted(sorted, 0.25),
    p50: quantileOfSorted(sorted, 0.5),
    p75: quantileOfSorted(sorted, 0.75),
    p95: quantileOfSorted(sorted, 0.95),
  };
}

/** One bin where nearly all values are one. */
function histogramOf(sorted: Float64Array): Histogram {
  const from = quantileOfSorted(sorted, TAIL);
  const to = quantileOfSorted(sorted, 1 - TAIL);
  if (from === to) return { from, to, counts: [sorted.length] };
  const counts = new Array<number>(BINS).fill(0);
  for (const value of sorted) {
    const bin = Math.floor(((value - from) / (to - from)) * BINS);
    counts[Math.min(BINS - 1, Math.max(0, bin))]++;
  }
  return { from, to, counts };
}
