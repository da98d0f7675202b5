import type { LabelTimes } from '../purge.ts';

/** How labels run side by side. */
interface Overlap {
  /** Per row given, the mean over the bars of its label of 1 / labels that run there: 1 where it runs alone. */
  readonly uniqueness: Float64Array;
  /** Labels that run at the same time, on a bar in which any does. */
  readonly meanConcurrency: number;
}

/**
 * A label runs from t+1 to its end. Only the rows given count: what is evaluated may not weigh what is learnt from. (López
 * de Prado, Advances in Financial Machine Learning, 4.3-4.4.) O(rows + bars).
 */
export function labelOverlap(rows: Int32Array, { bar, labelEnd }: LabelTimes): Overlap {
  const uniqueness = new Float64Array(rows.length);
  if (rows.length === 0) return { uniqueness, meanConcurrency: 0 };
  const concurrency = countConcurrent(rows, bar, labelEnd);
  const { origin, counts } = concurrency;
  /** Sum of 1 / labels running over the bars before each. */
  const shares = new Float64Array(counts.length + 1);
  let running = 0;
  let busy = 0;
  for (let at = 0; at < counts.length; at++) {
    shares[at + 1] = shares[at] + (counts[at] > 0 ? 1 / counts[at] : 0);
    running += counts[at];
    if (counts[at] > 0) busy++;
  }
  for (const [at, row] of rows.entries()) {
    const [from, to] = [bar[row] + 1 - origin, labelEnd[row] + 1 - origin];
    uniqueness[at] = (shares[to] - shares[from]) / (to - from);
  }
  return { uniqueness, meanConcurrency: running / busy };
}

/** Labels that run on each bar from `origin` on. */
function countConcurrent(rows: Int32Array, bar: Int32Array, labelEnd: Int32Array) {
  let origin = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const row of rows) {
    origin = Math.min(origin, bar[row] + 1);
    last = Math.max(last, labelEnd[row]);
  }
  const counts = new Int32Array(last - origin + 2);
  for (const row of rows) {
    counts[bar[row] + 1 - origin]++;
    counts[labelEnd[row] + 1 - origin]--;
  }
  for (let at = 1; at < counts.length; at++) counts[at] += counts[at - 1];
  return { origin, counts };
}
