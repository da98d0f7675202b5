/**
 * Balanced weights per row: n / (k · count of the row's class) over the n labelled rows and the k classes that occur, so
 * that they average 1 (scikit-learn's `compute_sample_weight('balanced')`). Rows without label weigh 0.
 */
export function balancedWeights(label: Int8Array, classes: number): Float32Array {
  const counts = countClasses(label, classes);
  const labelled = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter(count => count > 0).length;
  const perClass = counts.map(count => (count > 0 ? labelled / (present * count) : 0));
  return Float32Array.from(label, value => (value >= 0 ? perClass[value] : 0));
}

/** Rows per class; rows without label are left out. */
export function countClasses(label: Int8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const value of label) if (value >= 0) counts[value]++;
  return counts;
}
