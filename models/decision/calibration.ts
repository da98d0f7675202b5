import type { Calibration } from '../../contracts/calibration.ts';

/** 1 / temperature is looked for between these. */
const SLOPES = { least: 0.02, most: 50 };
const ITERATIONS = 60;
/** Deviation of log T that is expected beforehand. */
const PRIOR_DEVIATION = 0.2;

/** Leaves scores as they are. */
export function noCalibration(classes: number): Calibration {
  return { logWeights: new Array<number>(classes).fill(0), temperature: 1 };
}

/**
 * Temperature scaling (Guo et al. 2017, On Calibration of Modern Neural Networks): the scores less the logarithms of the
 * weights their classes had in training, times the factor 1/T that makes the truth of the given rows likeliest. Rows whose labels
 * overlap say less than they are, so log T is held to 0 as by a normal prior (deviation 0.2): with few effective rows, or scores
 * that say little, T stays near 1. Found by bisection of the derivative.
 * @param scores row-major `[rows, classes]`
 * @param label class per row
 * @param classWeights how much a row of each class counted in training
 * @param effectiveRows how many rows without overlap of their labels say as much
 */
export function fitCalibration(
  scores: ArrayLike<number>,
  label: ArrayLike<number>,
  classWeights: readonly number[],
  effectiveRows: number,
): Calibration {
  const logWeights = classWeights.map(Math.log);
  if (label.length === 0) return { logWeights, temperature: 1 };
  const unweighted = withoutWeights(scores, logWeights);
  let [low, high] = [Math.log(SLOPES.least), Math.log(SLOPES.most)];
  for (let i = 0; i < ITERATIONS; i++) {
    const middle = (low + high) / 2;
    const factor = Math.exp(middle);
    const slope = lossSlope(unweighted, label, classWeights.length, factor);
    if (effectiveRows * factor * slope + middle / PRIOR_DEVIATION ** 2 > 0) high = middle;
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

/** Derivative of the rows' mean log loss by the factor: E[s of the truth's distribution] less s of the truth. */
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
  return slope / label.length;
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
