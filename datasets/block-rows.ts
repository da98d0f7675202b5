import { BLOCKS, type BlockName, type Dataset } from '../contracts/dataset.ts';

/** Rows of one block, gathered; `x` is row-major `[rows, features]`. */
export interface BlockRows {
  readonly rows: number;
  readonly x: Float32Array;
  readonly label: Int8Array;
  /** Index of each row's bar in the snapshot, ascending. */
  readonly bar: Int32Array;
}

/** The labelled rows of a block in time order. O(rows × features). */
export function blockRows(dataset: Dataset, block: BlockName): BlockRows {
  const rows = rowsOfBlock(dataset, block);
  const x = new Float32Array(rows.length * dataset.columns.length);
  writeRowMajor(dataset.columns, rows, x);
  return {
    rows: rows.length,
    x,
    label: Int8Array.from(rows, row => dataset.label[row]),
    bar: Int32Array.from(rows, row => dataset.bar[row]),
  };
}

/** Row numbers of a block, ascending. */
export function rowsOfBlock({ block }: Pick<Dataset, 'block'>, name: BlockName): Int32Array {
  const wanted = BLOCKS.indexOf(name);
  const rows = new Int32Array(block.length);
  let count = 0;
  for (let row = 0; row < block.length; row++) if (block[row] === wanted) rows[count++] = row;
  return rows.slice(0, count);
}

/** Rows that are gathered at once: their part of `x` stays in the processor's cache while the columns follow one another. */
const TILE_ROWS = 512;

/** Writes the given rows of the columns to `x`, row-major `[rows, columns]`. */
export function writeRowMajor(columns: readonly Float32Array[], rows: Int32Array, x: Float32Array): void {
  const width = columns.length;
  for (let from = 0; from < rows.length; from += TILE_ROWS) {
    const to = Math.min(from + TILE_ROWS, rows.length);
    for (const [position, column] of columns.entries())
      for (let at = from; at < to; at++) x[at * width + position] = column[rows[at]];
  }
}
