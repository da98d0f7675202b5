import { BLOCKS, type BlockName, type Dataset } from '../contracts/dataset.ts';
import { type WindowTable, windowTable } from '../features/window.ts';

/** Rows of one block in time order. */
export interface BlockRows {
  readonly rows: number;
  /** One window per row. */
  readonly windows: WindowTable;
  /** Class per row; 0 in a task without classes. */
  readonly label: Int8Array;
  /** In a task without classes the number to learn, else null. */
  readonly target: Float32Array | null;
  /** How much each row counts; null: all the same. */
  readonly weight: Float32Array | null;
  /** Index of each row's bar in the snapshot, ascending. */
  readonly bar: Int32Array;
}

/** The labelled rows of a block with their windows of `steps` bars. O(rows × features). */
export function blockRows(dataset: Dataset, block: BlockName, steps: number): BlockRows {
  return rowsWithWindows(dataset, rowsOfBlock(dataset, block), steps);
}

/** The given rows, ascending, with their windows. */
export function rowsWithWindows(dataset: Dataset, rows: Int32Array, steps: number): BlockRows {
  const { columns, label, target, weight, bar } = dataset;
  return {
    rows: rows.length,
    windows: windowTable(columns, rows, steps),
    label: Int8Array.from(rows, row => label[row]),
    target: target ? Float32Array.from(rows, row => target[row]) : null,
    weight: weight ? Float32Array.from(rows, row => weight[row]) : null,
    bar: Int32Array.from(rows, row => bar[row]),
  };
}

/** The labels of a block alone. */
export function labelsOfBlock(dataset: Dataset, block: BlockName): Pick<BlockRows, 'label' | 'target'> {
  const rows = rowsOfBlock(dataset, block);
  const { label, target } = dataset;
  return {
    label: Int8Array.from(rows, row => label[row]),
    target: target ? Float32Array.from(rows, row => target[row]) : null,
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
