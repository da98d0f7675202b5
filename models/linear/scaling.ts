import type { WindowTable } from '../../features/window.ts';

/** How raw values become what a linear model sees: (x − mean) · inverse, 0 where missing. */
export interface Scaling {
  /** Of the training rows that have a value; 0 where none has. */
  readonly mean: readonly number[];
  /** 1 / population deviation, missing values at the mean; 0 of a feature that says nothing. */
  readonly inverse: readonly number[];
}

/** Of tables of one bar a window. O(rows · features), two passes. */
export function scalingOf(windows: WindowTable): Scaling {
  const { ends, features } = windows;
  const rows = ends.length;
  const sums = new Float64Array(features);
  const present = new Float64Array(features);
  eachValue(windows, (value, feature) => {
    sums[feature] += value;
    present[feature] += 1;
  });
  const mean = sums.map((sum, feature) => (present[feature] > 0 ? sum / present[feature] : 0));
  const squares = new Float64Array(features);
  eachValue(windows, (value, feature) => {
    squares[feature] += (value - mean[feature]) ** 2;
  });
  const inverse = squares.map((square, feature) => {
    const variance = square / rows;
    return isConstant(variance, mean[feature], rows) ? 0 : 1 / Math.sqrt(variance);
  });
  return { mean: [...mean], inverse: [...inverse] };
}

/** Writes rows [from, to) scaled to `out`, feature by feature: the value of row r at `out[feature · stride + r − from]`. */
export function scaleRows(
  { values, ends, features }: WindowTable,
  { mean, inverse }: Scaling,
  from: number,
  to: number,
  out: Float64Array,
  stride: number,
): void {
  for (let row = from; row < to; row += 1) {
    const start = ends[row] * features;
    for (let feature = 0; feature < features; feature += 1) {
      const value = values[start + feature];
      out[feature * stride + row - from] = Number.isNaN(value)
        ? 0
        : (value - mean[feature]) * inverse[feature];
    }
  }
}

/** A deviation that rounding alone explains (scikit-learn's bound for StandardScaler). */
function isConstant(variance: number, mean: number, rows: number): boolean {
  return variance <= rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
}

/** Calls back with every value that is not missing. */
function eachValue(
  { values, ends, features }: WindowTable,
  use: (value: number, feature: number) => void,
): void {
  for (const end of ends) {
    for (let feature = 0; feature < features; feature += 1) {
      const value = values[end * features + feature];
      if (!Number.isNaN(value)) use(value, feature);
    }
  }
}
