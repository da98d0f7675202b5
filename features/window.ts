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
 * Model input, row-major `[rowIndexes.length, names.length]`, columns picked by name.
 * @throws AlphaloomError FEATURE_UNKNOWN where a column is not there
 */
export function assembleRows(
  columns: Columns,
  names: readonly string[],
  rowIndexes: ArrayLike<number>,
): Float32Array {
  const rows = new Float32Array(rowIndexes.length * names.length);
  for (const [position, name] of names.entries()) {
    const column = columns.get(name);
    if (!column)
      throw new AlphaloomError('FEATURE_UNKNOWN', `No column holds the feature "${name}".`, { got: name });
    for (let r = 0; r < rowIndexes.length; r++) rows[r * names.length + position] = column[rowIndexes[r]];
  }
  return rows;
}
