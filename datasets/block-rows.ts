import { BLOCKS, type BlockName, type Dataset } from '../contracts/dataset.ts';

/** Rows of one block, gathered; `x` is row-major `[rows, features]`. */
export interface BlockRows {
  readonly rows: number;
  readonly x: Float32Array;
  readonly label: Int8Array;
  /** Index of each row's bar in the snapshot, ascending. */
  readonly bar: Int32Array;
}

/** The labelled, unpurged rows of a block in time order. O(rows × features). */
export function blockRows(dataset: Dataset, block: BlockName): BlockRows {
  const wanted = BLOCKS.indexOf(block);
  const width = dataset.featureNames.length;
  const indexes: number[] = [];
  for (let row = 0; row < dataset.block.length; row++) if (dataset.block[row] === wanted) indexes.push(row);
  const x = new Float32Array(indexes.length * width);
  for (const [at, row] of indexes.entries())
    x.set(dataset.x.subarray(row * width, (row + 1) * width), at * width);
  return {
    rows: indexes.length,
    x,
    label: Int8Array.from(indexes, row => dataset.label[row]),
    bar: Int32Array.from(indexes, row => dataset.bar[row]),
  };
}
