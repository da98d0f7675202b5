import { decideClasses, PASSIVE_CLASS } from '../../contracts/decision.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { confusionCounts, matthewsCorrelation } from '../../statistics/confusion.ts';

/** Factors tried on the thresholds of active classes: e^-1.5 to e^1.5, evenly in their logarithm, 1 in the middle. */
const TRIED = Array.from({ length: 31 }, (_, i) => Math.exp((i - 15) / 10));
const NEUTRAL = 15;
/** Neighbours on each side with which a factor's MCC is averaged: a peak that stands alone is luck. */
const NEIGHBOURS = 2;
/** Rows below which nothing is fitted, in all and of each class that is not passive. */
const LEAST_ROWS = 100;
const LEAST_OF_CLASS = 10;

/**
 * Thresholds of the classes: their base rates, those of the active ones times one common factor. By base rates alone a class
 * is chosen where it is likelier than usual by the largest factor, whatever rare or common it is; another factor trades more
 * or less often. It is the one with the largest MCC on the given rows, if that is better than the neutral one by more than a
 * standard error (Breiman et al. 1984, Classification and Regression Trees, 3.4.3); over six recorded series, whatever was
 * fitted more freely followed the trend of the few rows it was fitted on. Null where rows are too few. O(31 · rows).
 * @param probabilities row-major `[rows, classes]`
 * @param baseRates share of each class in training
 * @param effectiveRows how many rows without overlap of their labels say as much
 */
export function fitThresholds(
  task: Task,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  baseRates: readonly number[],
  effectiveRows: number,
): readonly number[] | null {
  const classes = DECIDED_CLASSES[task].length;
  const passive = PASSIVE_CLASS[task];
  if (!isEnough(label, classes, passive) || baseRates.some(rate => !(rate > 0))) return null;
  const thresholdsBy = (factor: number) =>
    baseRates.map((rate, k) => (k === passive ? rate : Math.min(factor * rate, 1)));
  const merits = TRIED.map(factor => {
    const decided = decideClasses(task, probabilities, { thresholds: thresholdsBy(factor) });
    return matthewsCorrelation(confusionCounts(label, decided, classes), classes);
  });
  const smooth = merits.map((_, at) => mean(merits.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)));
  const best = smooth.indexOf(Math.max(...smooth));
  const standardError = 1 / Math.sqrt(effectiveRows);
  return thresholdsBy(TRIED[smooth[best] > smooth[NEUTRAL] + standardError ? best : NEUTRAL]);
}

function isEnough(label: ArrayLike<number>, classes: number, passive: number): boolean {
  if (label.length < LEAST_ROWS) return false;
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < label.length; row++) counts[label[row]]++;
  return counts.every((count, k) => k === passive || count >= LEAST_OF_CLASS);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
