import { AlphaloomError } from '../contracts/errors.ts';

/** Row-major `[rows, classes]`. */
export type Probabilities = Float32Array | Float64Array;

/** How far from 1 a row may sum: float32 outputs of a softmax stay under 1e-6. */
const SUM_TOLERANCE = 1e-3;

/**
 * @throws AlphaloomError PREDICTION_INVALID where a probability is not a number in 0 … 1, a row does not sum to 1, or the
 *   shape is not `[rows, classes]`
 */
export function checkProbabilities(probabilities: Probabilities, rows: number, classes: number): void {
  if (probabilities.length !== rows * classes) {
    throw new AlphaloomError(
      'PREDICTION_INVALID',
      `Expected ${rows} × ${classes} probabilities, got ${probabilities.length}.`,
      { rows, classes, got: probabilities.length },
    );
  }
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let inside = true;
    for (let at = row * classes; at < (row + 1) * classes; at++) {
      const p = probabilities[at]!;
      inside &&= p >= 0 && p <= 1;
      sum += p;
    }
    if (!inside || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      const got = Array.from(probabilities.subarray(row * classes, (row + 1) * classes));
      throw new AlphaloomError(
        'PREDICTION_INVALID',
        `Row ${row} holds [${got.join(', ')}] where probabilities in 0 to 1 that sum to 1 are expected.`,
        { row, got: got.map(String) },
      );
    }
  }
}

/** The class of the largest probability of each row; of equal ones the first, as numpy's argmax. */
export function likeliestClasses(probabilities: Probabilities, classes: number): Int8Array {
  const answer = new Int8Array(probabilities.length / classes);
  for (let row = 0; row < answer.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[row * classes + k]! > probabilities[row * classes + best]!) best = k;
    }
    answer[row] = best;
  }
  return answer;
}

/**
 * −log of the truth's probability, clipped to [ε, 1 − ε] with float64's ε as scikit-learn clips float64 input (float32
 * values are widened first).
 */
export function logLossOfRow(
  probabilities: Probabilities,
  classes: number,
  row: number,
  truth: number,
): number {
  const p = probabilities[row * classes + truth]!;
  return -Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
}

/** Sum over the classes of (p − y)²: multi-class Brier 1950, 0 to 2. */
export function brierOfRow(
  probabilities: Probabilities,
  classes: number,
  row: number,
  truth: number,
): number {
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const difference = probabilities[row * classes + k]! - (k === truth ? 1 : 0);
    sum += difference * difference;
  }
  return sum;
}
