/**
 * Statistics of a confusion matrix held flat: `counts[truth · classes + predicted]`. Conventions are scikit-learn's: what
 * would divide by zero is 0, save where it says null.
 */
export type ConfusionCounts = Float64Array;

/** Counts every row once. O(rows). */
export function confusionCounts(
  label: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): ConfusionCounts {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < label.length; row++) counts[label[row]! * classes + predicted[row]!]! += 1;
  return counts;
}

export function accuracy(counts: ConfusionCounts, classes: number): number {
  return ratio(trace(counts, classes), total(counts));
}

/** Mean recall over the classes that occur in the truth. */
export function balancedAccuracy(counts: ConfusionCounts, classes: number): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < classes; k++) {
    const truth = support(counts, classes, k);
    if (truth === 0) continue;
    sum += counts[k * classes + k]! / truth;
    present++;
  }
  return ratio(sum, present);
}

/** Mean F1 over all given classes, absent ones counting 0. */
export function macroF1(counts: ConfusionCounts, classes: number): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += f1(counts, classes, k);
  return sum / classes;
}

/** Matthews correlation for many classes: Gorodkin 2004, R_K. 0 where truth or predictions are constant. */
export function matthewsCorrelation(counts: ConfusionCounts, classes: number): number {
  const rows = total(counts);
  let together = trace(counts, classes) * rows;
  let truths = rows * rows;
  let answers = rows * rows;
  for (let k = 0; k < classes; k++) {
    const truth = support(counts, classes, k);
    const answered = predictedAs(counts, classes, k);
    together -= truth * answered;
    truths -= truth * truth;
    answers -= answered * answered;
  }
  return ratio(together, Math.sqrt(truths * answers));
}

/** Cohen's kappa; null where truth and predictions are one and the same class throughout. */
export function cohenKappa(counts: ConfusionCounts, classes: number): number | null {
  const rows = total(counts);
  let agreedByChance = 0;
  for (let k = 0; k < classes; k++) {
    agreedByChance += support(counts, classes, k) * predictedAs(counts, classes, k);
  }
  const disagreedByChance = rows - agreedByChance / rows;
  return disagreedByChance > 0 ? 1 - (rows - trace(counts, classes)) / disagreedByChance : null;
}

export function precision(counts: ConfusionCounts, classes: number, k: number): number {
  return ratio(counts[k * classes + k]!, predictedAs(counts, classes, k));
}

export function recall(counts: ConfusionCounts, classes: number, k: number): number {
  return ratio(counts[k * classes + k]!, support(counts, classes, k));
}

export function f1(counts: ConfusionCounts, classes: number, k: number): number {
  return ratio(2 * counts[k * classes + k]!, support(counts, classes, k) + predictedAs(counts, classes, k));
}

/** Rows whose truth is class k. */
export function support(counts: ConfusionCounts, classes: number, k: number): number {
  let sum = 0;
  for (let column = 0; column < classes; column++) sum += counts[k * classes + column]!;
  return sum;
}

/** Rows that were answered with class k. */
export function predictedAs(counts: ConfusionCounts, classes: number, k: number): number {
  let sum = 0;
  for (let row = 0; row < classes; row++) sum += counts[row * classes + k]!;
  return sum;
}

function trace(counts: ConfusionCounts, classes: number): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += counts[k * classes + k]!;
  return sum;
}

function total(counts: ConfusionCounts): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
