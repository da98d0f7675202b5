import { decideClasses, PASSIVE_CLASS } from '../../contracts/decision.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { confusionCounts, matthewsCorrelation } from '../../statistics/confusion.ts';

/** Factors tried: quantiles of how far the likeliest active class exceeds its base rate. */
const TRIED = 40;
/** Neighbours on each side with which a factor's MCC is averaged: a peak that stands alone is luck. */
const NEIGHBOURS = 2;
/** Rows below which a threshold is more noise than knowledge, in all and of each class that is not passive. */
const LEAST_ROWS = 100;
const LEAST_OF_CLASS = 10;

/**
 * Thresholds of the active classes: their base rates times one common factor, that whose decisions have the largest MCC on
 * the given rows. One number is fitted and not one per class: over six recorded series, thresholds of their own followed the
 * trend of the few rows they were fitted on, and answered LONG or SHORT on most rows afterwards.
 * Null where rows are too few. O(40 · rows).
 * @param probabilities row-major `[rows, classes]`
 * @param baseRates share of each class in training
 */
export function fitThresholds(
  task: Task,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  baseRates: readonly number[],
): readonly (number | null)[] | null {
  const classes = DECIDED_CLASSES[task].length;
  const passive = PASSIVE_CLASS[task];
  if (!isEnough(label, classes, passive) || baseRates.some(rate => !(rate > 0))) return null;
  const thresholdsAt = (factor: number) =>
    baseRates.map((rate, k) => (k === passive ? null : Math.min(factor * rate, 1)));
  const factors = quantiles(excesses(probabilities, baseRates, passive));
  const merits = factors.map(factor => {
    const decided = decideClasses(task, probabilities, { thresholds: thresholdsAt(factor) });
    return matthewsCorrelation(confusionCounts(label, decided, classes), classes);
  });
  const smooth = merits.map((_, at) => mean(merits.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)));
  return thresholdsAt(factors[smooth.indexOf(Math.max(...smooth))]);
}

function isEnough(label: ArrayLike<number>, classes: number, passive: number): boolean {
  if (label.length < LEAST_ROWS) return false;
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < label.length; row++) counts[label[row]]++;
  return counts.every((count, k) => k === passive || count >= LEAST_OF_CLASS);
}

/** Per row, the largest ratio of an active class's probability to its base rate. */
function excesses(
  probabilities: ArrayLike<number>,
  baseRates: readonly number[],
  passive: number,
): Float64Array {
  const classes = baseRates.length;
  return Float64Array.from({ length: probabilities.length / classes }, (_, row) =>
    Math.max(...baseRates.map((rate, k) => (k === passive ? 0 : probabilities[row * classes + k] / rate))),
  );
}

/** Ascending and above 0. */
function quantiles(values: Float64Array): number[] {
  const sorted = values.filter(value => value > 0).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return Array.from({ length: TRIED }, (_, i) => at((i + 0.5) / TRIED));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
