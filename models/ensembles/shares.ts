const ITERATIONS = 500;

/**
 * Shares of a mixture of classifiers, at least 0 and summing to 1, that make the truth likeliest: expectation
 * maximisation for mixture weights (Dempster, Laird and Rubin 1977), which never lowers the likelihood.
 * @param chances per member, the probability it gave to each row's truth
 * @param rowWeight how much each row counts
 */
export function mixtureShares(chances: readonly Float64Array[], rowWeight: ArrayLike<number>): number[] {
  let weights = chances.map(() => 1 / chances.length);
  const rows = chances[0].length;
  for (let i = 0; i < ITERATIONS; i++) {
    const shares = new Float64Array(chances.length);
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const mixed = weights.reduce((sum, weight, m) => sum + weight * chances[m][row], 0);
      if (!(mixed > 0)) continue;
      total += rowWeight[row];
      for (const [m, weight] of weights.entries())
        shares[m] += (rowWeight[row] * weight * chances[m][row]) / mixed;
    }
    if (total === 0) return weights;
    weights = Array.from(shares, share => share / total);
  }
  return weights;
}

/**
 * Shares of a mean of regressions, at least 0 and summing to 1, with the least weighted squared error: the Frank-Wolfe
 * method with exact steps (Jaggi 2013, Revisiting Frank-Wolfe).
 * @param answers per member, its answer to each row
 */
export function averagingShares(
  answers: readonly Float64Array[],
  target: ArrayLike<number>,
  rowWeight: ArrayLike<number>,
): number[] {
  const rows = answers[0].length;
  const weights = answers.map(() => 1 / answers.length);
  for (let i = 0; i < ITERATIONS; i++) {
    const error = Float64Array.from(
      { length: rows },
      (_, row) => weights.reduce((sum, weight, m) => sum + weight * answers[m][row], 0) - target[row],
    );
    const slopes = answers.map(own => weightedProduct(own, error, rowWeight));
    const best = slopes.indexOf(Math.min(...slopes));
    const step = Float64Array.from(
      { length: rows },
      (_, row) => answers[best][row] - target[row] - error[row],
    );
    const curvature = weightedProduct(step, step, rowWeight);
    const length = -weightedProduct(step, error, rowWeight) / curvature;
    if (!(length > 1e-12)) break;
    const share = Math.min(1, length);
    for (const m of weights.keys()) weights[m] = (1 - share) * weights[m] + (m === best ? share : 0);
  }
  return weights;
}

function weightedProduct(a: Float64Array, b: Float64Array, rowWeight: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += a[row] * b[row] * rowWeight[row];
  return sum;
}
