import { BLOCKS, type BlockName } from '../contracts/dataset.ts';

type BlockCounts = Record<BlockName, number>;

/**
 * Missing values of one column in each block. O(rows).
 * @param block of each row, as in a dataset
 */
export function countMissing(column: Float32Array, block: Int8Array): BlockCounts {
  const counts = { train: 0, validation: 0, test: 0 };
  for (let row = 0; row < column.length; row++) {
    if (Number.isNaN(column[row]) && block[row] >= 0) counts[BLOCKS[block[row]]]++;
  }
  return counts;
}

/** What filling made of the missing values of each block. */
export function filledValues(before: Readonly<BlockCounts>, after: Readonly<BlockCounts>): BlockCounts {
  const filled = (name: BlockName) => before[name] - after[name];
  return { train: filled('train'), validation: filled('validation'), test: filled('test') };
}
