/** Keeps a division by a deviation of 0 finite, as in stable-baselines3. */
const LEAST_DEVIATION = 1e-8;

/**
 * Advantages of the rows that count, less their mean, over their sample deviation + 1e-8; the others 0. With fewer than two
 * that count, they are passed on as they are.
 * @param counts 1 where a row counts, else 0
 */
export function normaliseAdvantages(
  advantage: Float64Array,
  counts: Uint8Array,
  out: Float32Array | Float64Array,
): void {
  let rows = 0;
  let sum = 0;
  for (let row = 0; row < advantage.length; row++) {
    rows += counts[row];
    sum += counts[row] * advantage[row];
  }
  const mean = rows < 2 ? 0 : sum / rows;
  let squares = 0;
  for (let row = 0; row < advantage.length; row++) squares += counts[row] * (advantage[row] - mean) ** 2;
  const deviation = rows < 2 ? 1 : Math.sqrt(squares / (rows - 1)) + LEAST_DEVIATION;
  for (let row = 0; row < advantage.length; row++)
    out[row] = counts[row] === 0 ? 0 : (advantage[row] - mean) / deviation;
}
