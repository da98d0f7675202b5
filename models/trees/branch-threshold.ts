/** LightGBM's `kZeroThreshold`: values no farther from zero are read as 0.0 before they are compared. */
const ZERO_BAND = Math.fround(1e-35);
/** The largest float32 under the band. */
const BELOW_ZERO_BAND = nextFloat32Below(-ZERO_BAND);

/**
 * The threshold T for which `x ≤ T` says of every float32 x, compared as float64, what LightGBM's
 * `(|x| ≤ kZeroThreshold ? 0 : x) ≤ threshold` says.
 * (Source: `RowFunctionFromDenseMatric` in LightGBM's c_api.cpp leaves such values out of a row.)
 */
export function branchThreshold(threshold: number): number {
  if (threshold >= ZERO_BAND || threshold < -ZERO_BAND) return threshold;
  return threshold >= 0 ? ZERO_BAND : BELOW_ZERO_BAND;
}

function nextFloat32Below(negative: number): number {
  const bits = new Uint32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = negative;
  bits[0] += 1;
  return value[0];
}
