import type { Calibration } from '../../contracts/calibration.ts';

/** 1 / temperature is looked for between these. */
const SLOPES = { least: 0.02, most: 50 };
const ITERATIONS = 60;
/** Rows below which a temperature is more noise than knowledge. */
const LEAST_ROWS = 50;

/** Leaves scores as they are. */
export function noCalibration(classes: number): Calibration {
  return { logWeights: new Array<number>(classes).fill(0), temperature: 1 };
}

/**
 * Temperature scaling (Guo et al. 2017, On Calibration of Modern Neural Networks): the scores less the logarithms of the
 * weights their classes had in training, times the factor 1/T that makes the truth of the given rows likeliest. The loss is
 * convex in the factor; it is found by bisection of its derivative. With fewer than 50 rows T is 1.
 * @param scores row-major `[rows, classes]`
 * @param label class per row
 * @param classWeights how much a row of each class counted in training
 */
export function fitCalibration(
  scores: ArrayLike<number>,
  label: ArrayLike<number>,
  classWeights: readonly number[],
): Calibration {
  const logWeights = classWeights.map(Math.log);
  if (label.length < LEAST_ROWS) return { logWeights, temperature: 1 };
  const unweighted = withoutWeights(scores, logWeights);
  let [low, high] = [Math.log(SLOPES.least), Math.log(SLOPES.most)];
  for (let i = 0; i < ITERATIONS; i++) {
    const middle = (low + high) / 2;
    if (lossSlope(unweighted, label, classWeights.length, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return { logWeights, temperature: Math.exp(-(low + high) / 2) };
}

/** Calibrated probabilities `[rows, classes]` in float64: what the exported graph computes in float32. */
export function calibrate(scores: ArrayLike<number>, { logWeights, temperature }: Calibration): Float64Array {
  const probabilities = withoutWeights(scores, logWeights);
  const classes = logWeights.length;
  for (let at = 0; at < probabilities.length; at += classes)
    softmax(probabilities.subarray(at, at + classes), 1 / temperature);
  return probabilities;
}

function withoutWeights(scores: ArrayLike<number>, logWeights: readonly number[]): Float64Array {
  const classes = logWeights.length;
  return Float64Array.from({ length: scores.length }, (_, at) => scores[at] - logWeights[at % classes]);
}

/** Derivative of the mean log loss by the factor: E[s of the truth's distribution] less s of the truth. */
function lossSlope(scores: Float64Array, label: ArrayLike<number>, classes: number, factor: number): number {
  const row = new Float64Array(classes);
  let slope = 0;
  for (let r = 0; r < label.length; r++) {
    const own = scores.subarray(r * classes, (r + 1) * classes);
    row.set(own);
    softmax(row, factor);
    for (let k = 0; k < classes; k++) slope += row[k] * own[k];
    slope -= own[label[r]];
  }
  return slope;
}

/** In place. */
function softmax(row: Float64Array, factor: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of row) most = Math.max(most, value);
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    row[k] = Math.exp((row[k] - most) * factor);
    sum += row[k];
  }
  for (let k = 0; k < row.length; k++) row[k] /= sum;
}
