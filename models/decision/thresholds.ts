import { decideClasses, PASSIVE_CLASS } from '../../contracts/decision.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { confusionCounts, matthewsCorrelation, recall, support } from '../../statistics/confusion.ts';

/** Values tried of each threshold: quantiles of the class's probability. */
const TRIED = 25;
/** Rows looked at; of more, evenly spaced ones. */
const MOST_ROWS = 20_000;
/** Rows below which thresholds are more noise than knowledge, in all and of each class that is not passive. */
const LEAST_ROWS = 100;
const LEAST_OF_CLASS = 10;
/** Every class should be found at times, where thresholds can do that: a model that never says SHORT is half a model. */
const LEAST_RECALL = 0.05;

/**
 * The thresholds whose decisions have the largest MCC on the given rows (of equal ones the lowest); null where rows are
 * too few. O(25^active classes · rows).
 * @param probabilities row-major `[rows, classes]`
 */
export function fitThresholds(
  task: Task,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
): readonly (number | null)[] | null {
  const classes = DECIDED_CLASSES[task].length;
  const sample = evenly(probabilities, label, classes);
  if (!isEnough(sample.label, classes, PASSIVE_CLASS[task])) return null;
  let best: { thresholds: (number | null)[]; merit: number } | null = null;
  for (const thresholds of combinations(sample.probabilities, classes, PASSIVE_CLASS[task])) {
    const decided = decideClasses(task, sample.probabilities, { thresholds });
    const merit = meritOf(sample.label, decided, classes);
    if (best === null || merit > best.merit) best = { thresholds, merit };
  }
  return best?.thresholds ?? null;
}

interface Sample {
  readonly probabilities: Float64Array;
  readonly label: Int8Array;
}

function evenly(probabilities: ArrayLike<number>, label: ArrayLike<number>, classes: number): Sample {
  const rows = Math.min(label.length, MOST_ROWS);
  const rowOf = (at: number) => Math.floor((at * label.length) / rows);
  return {
    probabilities: Float64Array.from(
      { length: rows * classes },
      (_, at) => probabilities[rowOf(Math.floor(at / classes)) * classes + (at % classes)],
    ),
    label: Int8Array.from({ length: rows }, (_, at) => label[rowOf(at)]),
  };
}

function isEnough(label: Int8Array, classes: number, passive: number): boolean {
  if (label.length < LEAST_ROWS) return false;
  const counts = new Array<number>(classes).fill(0);
  for (const value of label) counts[value]++;
  return counts.every((count, k) => k === passive || count >= LEAST_OF_CLASS);
}

function* combinations(
  probabilities: Float64Array,
  classes: number,
  passive: number,
): Generator<(number | null)[]> {
  const tried = Array.from({ length: classes }, (_, k) =>
    k === passive ? [null] : quantiles(probabilities, classes, k),
  );
  const walk = function* (k: number, chosen: (number | null)[]): Generator<(number | null)[]> {
    if (k === classes) yield chosen;
    else for (const value of tried[k]) yield* walk(k + 1, [...chosen, value]);
  };
  yield* walk(0, []);
}

/** Distinct quantiles of a class's probability, ascending; none is 0, by which nothing can be divided. */
function quantiles(probabilities: Float64Array, classes: number, k: number): number[] {
  const values = probabilities.filter((_, at) => at % classes === k).sort();
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  const list = Array.from({ length: TRIED }, (_, i) => at((i + 0.5) / TRIED));
  return [...new Set(list)].filter(value => value > 0);
}

/** MCC; less 2 where a class is hardly ever found, so that such thresholds are only a last resort. */
function meritOf(label: Int8Array, decided: Int8Array, classes: number): number {
  const counts = confusionCounts(label, decided, classes);
  const isFound = (k: number) =>
    support(counts, classes, k) === 0 || recall(counts, classes, k) >= LEAST_RECALL;
  const all = Array.from({ length: classes }, (_, k) => k).every(isFound);
  return matthewsCorrelation(counts, classes) - (all ? 0 : 2);
}
