import { AlphaloomError } from '../../contracts/errors.ts';
import { freeScores, type LinearProblem, lossAt, type Slopes, slopesAt } from './linear-problem.ts';

/**
 * Newton's decrement squared, in parts of the loss, below which one more whole step ends the search: each step squares what is
 * left, and smaller ones would be lost in the loss's rounding.
 */
const CONVERGED = 1e-12;
/** Share of the expected decrease that a step must bring (Armijo's rule), and how often it is halved until it does. */
const SUFFICIENT = 1e-4;
const MOST_HALVINGS = 40;

/**
 * Coefficients at the minimum, `[free scores, features + 1]`, by Newton's method with Cholesky's factorisation and
 * backtracking; the same rows give the same bits.
 * @param onStep is told the coefficients after each step
 * @throws AlphaloomError TRAINING_FAILED
 */
export function solveLinear(
  problem: LinearProblem,
  iterations: number,
  onStep: (beta: Float64Array) => void,
): Float64Array {
  let beta = new Float64Array(freeScores(problem.classes) * (problem.rows.windows.features + 1));
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const slopes = slopesAt(problem, beta);
    const step = solveByCholesky(slopes.hessian, slopes.gradient);
    const decrement = step.reduce((sum, value, at) => sum + value * slopes.gradient[at], 0);
    const isLast = decrement <= CONVERGED * slopes.loss;
    const next = isLast ? wholeStep(beta, step) : stepFrom(problem, beta, step, slopes, decrement);
    if (next) beta = next;
    onStep(beta);
    if (isLast || !next) break;
  }
  return beta;
}

function wholeStep(beta: Float64Array, step: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(beta, (value, at) => value - step[at]);
}

/** β − t · step for the first t of 1, ½, ¼ … that lowers the loss enough; null where rounding hides any decrease. */
function stepFrom(
  problem: LinearProblem,
  beta: Float64Array,
  step: Float64Array,
  { loss }: Slopes,
  decrement: number,
): Float64Array<ArrayBuffer> | null {
  for (let halving = 0; halving <= MOST_HALVINGS; halving += 1) {
    const t = 2 ** -halving;
    const next = Float64Array.from(beta, (value, at) => value - t * step[at]);
    if (lossAt(problem, next) <= loss - SUFFICIENT * t * decrement) return next;
  }
  return null;
}

/** x of A·x = b for a symmetric positive definite A, which is overwritten. O(n³ / 3). */
function solveByCholesky(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let j = 0; j < n; j += 1) {
    for (let i = j; i < n; i += 1) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k += 1) sum -= a[i * n + k] * a[j * n + k];
      if (i > j) a[i * n + j] = sum / a[j * n + j];
      else if (sum > 0) a[j * n + j] = Math.sqrt(sum);
      else
        throw new AlphaloomError(
          'TRAINING_FAILED',
          'The linear model has no single best solution: its features are too alike. Raise l2, or leave features out.',
        );
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) x[i] -= a[i * n + k] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i] -= a[k * n + i] * x[k];
    x[i] /= a[i * n + i];
  }
  return x;
}
