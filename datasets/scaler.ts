import { selectMedian } from '../statistics/quantile.ts';

/** Makes features comparable: (x − center) / scale. A missing value is to become its `center`: 0 once scaled. */
export interface Scaler {
  /** Per feature; 0 where no value was there. */
  readonly center: Float64Array;
  /** Per feature; 1 where the values do not vary. */
  readonly scale: Float64Array;
}

type ScalerKind = 'standard' | 'robust';

/** Where a feature's values lie: NaN of none. */
interface Location {
  readonly center: number;
  readonly deviation: number;
}

/** What makes a normal distribution's median absolute deviation its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;

const MEASURES: Readonly<Record<ScalerKind, (values: Float32Array) => Location>> = {
  standard: meanAndDeviation,
  robust: medianAndDeviation,
};

/**
 * Fits a scaler to the given rows, those of a fold's training block: by mean and population deviation, or by median and
 * 1.4826 · MAD. Missing values are left out. O(rows × features).
 */
export function fitScaler(columns: readonly Float32Array[], rows: Int32Array, kind: ScalerKind): Scaler {
  const center = new Float64Array(columns.length);
  const scale = new Float64Array(columns.length).fill(1);
  for (const [feature, column] of columns.entries()) {
    const location = MEASURES[kind](presentValues(column, rows));
    if (Number.isNaN(location.center)) continue;
    center[feature] = location.center;
    if (location.deviation > 0) scale[feature] = location.deviation;
  }
  return { center, scale };
}

/** The values of a column that are there, in the rows' order. */
export function presentValues(column: Float32Array, rows: Int32Array): Float32Array {
  const values = new Float32Array(rows.length);
  let count = 0;
  for (const row of rows) if (!Number.isNaN(column[row])) values[count++] = column[row];
  return values.subarray(0, count);
}

/** Median and 1.4826 · MAD; reorders and changes the values. */
export function medianAndDeviation(values: Float32Array): Location {
  const center = selectMedian(values);
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i] - center);
  return { center, deviation: MAD_TO_DEVIATION * selectMedian(values) };
}

function meanAndDeviation(values: Float32Array): Location {
  let sum = 0;
  for (const value of values) sum += value;
  const center = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return { center, deviation: Math.sqrt(squares / values.length) };
}
