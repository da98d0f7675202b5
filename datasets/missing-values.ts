import { BLOCKS, type BlockName } from '../contracts/dataset.ts';
import type { Blocks } from './split.ts';

/** Missing values of one column in each block. O(rows). */
export function countMissing(column: Float32Array, blocks: Blocks): Record<BlockName, number> {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const name of BLOCKS) for (const row of blocks[name]) if (Number.isNaN(column[row])) counts[name]++;
  return counts;
}

/** What filling made of the missing values of each block. */
export function filledValues(
  before: Readonly<Record<BlockName, number>>,
  after: Readonly<Record<BlockName, number>>,
): Record<BlockName, number> {
  const filled = (name: BlockName) => before[name] - after[name];
  return { train: filled('train'), validation: filled('validation'), test: filled('test') };
}
