/** Values that are worked on at once: a few columns of them stay in the processor's nearest cache. */
const TILE = 512;

/**
 * Pearson's correlation of every pair of columns of equal length, row-major; a missing value counts as its column's mean.
 * NaN where a column does not vary. O(columns² · rows).
 */
export function correlationMatrix(columns: readonly Float32Array[]): Float64Array {
  const width = columns.length;
  const unit = columns.map(unitLength);
  const rho = new Float64Array(width * width);
  const rows = columns[0]?.length ?? 0;
  for (let from = 0; from < rows; from += TILE) {
    const to = Math.min(from + TILE, rows);
    for (let a = 0; a < width; a++)
      for (let b = 0; b <= a; b++) rho[a * width + b] += partialProduct(unit[a], unit[b], from, to);
  }
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      const value = Math.max(-1, Math.min(1, rho[a * width + b]));
      rho[a * width + b] = value;
      rho[b * width + a] = value;
    }
  }
  return rho;
}

/** The column about its mean, as a vector of length 1. */
function unitLength(column: Float32Array): Float64Array {
  let sum = 0;
  let count = 0;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  const centred = new Float64Array(column.length);
  for (let row = 0; row < column.length; row++) {
    if (Number.isNaN(column[row])) continue;
    centred[row] = column[row] - mean;
    squares += centred[row] * centred[row];
  }
  // A column whose spread is rounding alone does not vary.
  const isFlat = !(squares > count * (1e-7 * mean) ** 2);
  const scale = isFlat ? Number.NaN : 1 / Math.sqrt(squares);
  for (let row = 0; row < centred.length; row++) centred[row] *= scale;
  return centred;
}

function partialProduct(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row++) sum += a[row] * b[row];
  return sum;
}
