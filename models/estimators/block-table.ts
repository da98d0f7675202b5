import type { BlockName, Dataset } from '../../contracts/dataset.ts';
import { rowsOfBlock, writeRowMajor } from '../../datasets/block-rows.ts';

/** One block of a dataset, copied into memory that threads share. */
export interface BlockTable {
  /** Row-major `[rows, features]`. */
  readonly x: Float32Array<SharedArrayBuffer>;
  /** Class per row. */
  readonly label: Float32Array<SharedArrayBuffer>;
  /** Weight per row; null where all count the same. */
  readonly weight: Float32Array | null;
}

export function blockTable(dataset: Dataset, name: BlockName): BlockTable {
  const rows = rowsOfBlock(dataset, name);
  const x = sharedFloats(rows.length * dataset.columns.length);
  writeRowMajor(dataset.columns, rows, x);
  const label = sharedFloats(rows.length);
  for (const [at, row] of rows.entries()) label[at] = dataset.label[row];
  const { weight } = dataset;
  return { x, label, weight: weight ? Float32Array.from(rows, row => weight[row]) : null };
}

export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
