import { likeliestClasses, type Probabilities } from './probabilities.ts';

const BINS = 15;

/**
 * Expected calibration error (Guo et al. 2017): rows in 15 equal bins by the probability of their likeliest class; mean
 * over the rows of |share of right answers − mean probability| of their bin.
 * @param probabilities row-major `[rows, classes]`
 */
export function calibrationError(
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: number,
): number {
  const confidence = new Float64Array(BINS);
  const right = new Float64Array(BINS);
  const likeliest = likeliestClasses(probabilities, classes);
  for (const [row, k] of likeliest.entries()) {
    const p = probabilities[row * classes + k]!;
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    confidence[bin]! += p;
    if (label[row] === k) right[bin]! += 1;
  }
  return confidence.reduce((sum, total, bin) => sum + Math.abs(total - right[bin]!), 0) / label.length;
}
