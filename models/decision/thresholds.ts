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
 * Thresholds of the classes: the model's own mean probabilities on the given rows, those of active classes times one common
 * factor. By the means alone a class is chosen where it is likelier than this model usually holds it, by the largest factor:
 * whatever rare the class, whatever a temperature or a training with other shares did to all rows alike. Another factor
 * trades more or less often. It is the one with the largest MCC, if that is better than the neutral one by more than a
 * standard error (Breiman et al. 1984, Classification and Regression Trees, 3.4.3); over six recorded series, whatever was
 * fitted more freely followed the trend of the few rows it was fitted on. Null where rows are too few. O(31 · rows).
 * @param probabilities row-major `[rows, classes]`
 * @param effectiveRows how many rows without overlap of their labels say as much
 */
export function fitThresholds(
  task: Task,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  effectiveRows: number,
): readonly number[] | null {
  const classes = DECIDED_CLASSES[task].length;
  const passive = PASSIVE_CLASS[task];
  const usual = meanProbabilities(probabilities, classes);
  if (!isEnough(label, classes, passive) || usual.some(mean => !(mean > 0))) return null;
  const thresholdsBy = (factor: number) => usual.map((mean, k) => (k === passive ? mean : factor * mean));
  const merits = TRIED.map(factor => {
    const decided = decideClasses(task, probabilities, { thresholds: thresholdsBy(factor) });
    return matthewsCorrelation(confusionCounts(label, decided, classes), classes);
  });
  const smooth = merits.map((_, at) => mean(merits.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)));
  const best = smooth.indexOf(Math.max(...smooth));
  const standardError = 1 / Math.sqrt(effectiveRows);
  return thresholdsBy(TRIED[smooth[best] > smooth[NEUTRAL] + standardError ? best : NEUTRAL]);
}

function meanProbabilities(probabilities: ArrayLike<number>, classes: number): number[] {
  const sums = new Array<number>(classes).fill(0);
  for (let at = 0; at < probabilities.length; at++) sums[at % classes] += probabilities[at];
  return sums.map(sum => (sum * classes) / probabilities.length);
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
