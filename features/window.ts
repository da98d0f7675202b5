import { AlphaloomError } from '../contracts/errors.ts';
import type { FeatureMatrix } from './batch.ts';
import type { FeatureDefinition } from './definition.ts';
import type { Column } from './kernels/kernel.ts';

type Columns = FeatureMatrix['columns'];

/** Counts per feature over the rows after warm-up. */
export interface MissingCounts {
  /** Values that are still missing after filling. */
  readonly missing: Readonly<Record<string, number>>;
  readonly filled: Readonly<Record<string, number>>;
}

/** Rows that are dropped at the start: the longest look-back of the features. */
export function warmUpBars(definitions: readonly FeatureDefinition[]): number {
  return Math.max(0, ...definitions.map(({ lookBack }) => lookBack));
}

/**
 * Fills gaps forward, in place: a missing value takes the last one that is at most `maxFillBars` rows old. Nothing is
 * filled backward, so what stands before a feature's first value (warm-up) stays missing. Rows before `firstRow` are not
 * counted. O(values).
 */
export function fillMissing(columns: Columns, maxFillBars: number, firstRow: number): MissingCounts {
  const missing: Record<string, number> = {};
  const filled: Record<string, number> = {};
  for (const [name, column] of columns) {
    const counts = fillColumn(column, maxFillBars, firstRow);
    missing[name] = counts.missing;
    filled[name] = counts.filled;
  }
  return { missing, filled };
}

function fillColumn(
  column: Column,
  maxFillBars: number,
  firstRow: number,
): { missing: number; filled: number } {
  let missing = 0;
  let filled = 0;
  let lastKnown = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < column.length; row++) {
    if (!Number.isNaN(column[row])) {
      lastKnown = row;
      continue;
    }
    const fillable = row - lastKnown <= maxFillBars;
    if (fillable) column[row] = column[lastKnown];
    if (row < firstRow) continue;
    if (fillable) filled++;
    else missing++;
  }
  return { missing, filled };
}

/**
 * Windows over consecutive rows of one table. Plain data that crosses threads without a copy; windows themselves are copied
 * out as they are needed, because all at once would take `steps` times the table's memory.
 */
export interface WindowTable {
  /** Row-major `[all rows, features]`, raw values, NaN where missing. */
  readonly values: Float32Array<SharedArrayBuffer>;
  /** Last row of each window, ascending; at least `steps − 1`. */
  readonly ends: Int32Array;
  readonly steps: number;
  readonly features: number;
}

/** Rows that are gathered at once: their part of the table stays in the processor's cache while the columns follow one another. */
const TILE_ROWS = 512;

/**
 * @param columns one per feature, in the model's order
 * @param ends last row of each window, ascending
 */
export function windowTable(columns: readonly Float32Array[], ends: Int32Array, steps: number): WindowTable {
  const features = columns.length;
  // Only rows that a window reads are copied.
  const first = ends.length === 0 ? 0 : ends[0] - steps + 1;
  const rows = ends.length === 0 ? 0 : ends[ends.length - 1] + 1 - first;
  const values = new Float32Array(new SharedArrayBuffer(4 * rows * features));
  for (let from = 0; from < rows; from += TILE_ROWS) {
    const to = Math.min(from + TILE_ROWS, rows);
    for (const [f, column] of columns.entries())
      for (let row = from; row < to; row++) values[row * features + f] = column[first + row];
  }
  return { values, ends: ends.map(end => end - first), steps, features };
}

/** Copies the windows [from, to) to `out`, row-major `[to − from, steps, features]`. */
export function copyWindows(
  { values, ends, steps, features }: WindowTable,
  from: number,
  to: number,
  out: Float32Array,
): void {
  const width = steps * features;
  for (let window = from; window < to; window++) {
    const end = (ends[window] + 1) * features;
    out.set(values.subarray(end - width, end), (window - from) * width);
  }
}

/** The columns of these names, in their order. @throws AlphaloomError FEATURE_UNKNOWN where one is not there */
export function columnsOf(
  columns: FeatureMatrix<'float32'>['columns'],
  names: readonly string[],
): Float32Array[] {
  return names.map(name => {
    const column = columns.get(name);
    if (column) return column;
    throw new AlphaloomError('FEATURE_UNKNOWN', `No column holds the feature "${name}".`, { got: name });
  });
}
