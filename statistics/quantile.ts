/**
 * The k-th smallest value (from 0) of `values`, which is reordered; none may be NaN. O(n) on average.
 * (Hoare's selection with the median of three as pivot.)
 */
export function selectSmallest(values: Float64Array | Float32Array, k: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = medianOfThree(values[from], values[(from + to) >> 1], values[to]);
    let left = from;
    let right = to;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    if (k <= right) to = right;
    else if (k >= left) from = left;
    else break;
  }
  return values[k];
}

/** The median of `values`, which is reordered; NaN of none. O(n) on average. */
export function selectMedian(values: Float64Array | Float32Array): number {
  const { length } = values;
  if (length === 0) return Number.NaN;
  const half = length >> 1;
  const upper = selectSmallest(values, half);
  if (length % 2 === 1) return upper;
  let lower = values[0];
  for (let i = 1; i < half; i++) if (values[i] > lower) lower = values[i];
  return (lower + upper) / 2;
}

/** A quantile of ascending values, linear between its neighbours (numpy's default). */
export function quantileOfSorted(sorted: Float64Array | Float32Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
