import { type Markish, rectY, ruleY } from '@observablehq/plot';
import { quantileOfSorted } from '../../statistics/quantile.ts';
import { INK } from '../plots/theme.ts';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const ABOUT_BINS = 30;
const TAIL = 0.005;
const STEPS = [1, 2, 5, 10];

/**
 * Bins of a round width with an edge at 0, over the range of all but the outermost 0.5 % at either end, which the outermost
 * bins hold.
 * @param values at least one @param leastStep 1 for counts
 */
export function binsOf(values: Float64Array, leastStep = 0): Bin[] {
  const sorted = values.toSorted();
  const low = quantileOfSorted(sorted, TAIL);
  const high = quantileOfSorted(sorted, 1 - TAIL);
  const step = Math.max(leastStep, roundStep((high - low || Math.abs(high) || 1) / ABOUT_BINS));
  const first = Math.floor(low / step);
  const last = Math.floor(high / step);
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const value of values) counts[Math.min(last, Math.max(first, Math.floor(value / step))) - first]++;
  return counts.map((count, at) => ({ from: (first + at) * step, to: (first + at + 1) * step, count }));
}

/** Bars in one colour each; empty ones are left out. */
export function histogramMarks(bins: readonly Bin[], colourOf: (bin: Bin) => string): Markish[] {
  const colours = Map.groupBy(
    bins.filter(({ count }) => count > 0),
    colourOf,
  );
  return [
    ...[...colours].map(([fill, group]) =>
      rectY(group, { x1: 'from', x2: 'to', y: 'count', fill, inset: 0.5 }),
    ),
    ruleY([0], { stroke: INK.line }),
  ];
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return STEPS.map(part => part * power).find(step => step >= least * (1 - 1e-9)) ?? 10 * power;
}
