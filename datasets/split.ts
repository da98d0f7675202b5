import { BLOCKS, type BlockName, NO_BLOCK } from '../contracts/dataset.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { UNLABELLED } from '../contracts/tasks.ts';
import { type LabelTimes, purge, spanOf } from './purge.ts';

/** Row positions of each block, in time order. */
export type Blocks = Readonly<Record<BlockName, Int32Array>>;

/**
 * Splits the n labelled rows, in time order, before their numbers round(train · n) and round((train + validation) · n),
 * then purges: validation towards test, and training towards both. Rows purged or without label are in no block.
 */
export function splitBlocks(
  label: Int8Array,
  times: LabelTimes,
  shares: Recipe['split'],
  embargoBars: number,
): Blocks {
  const labelled = Int32Array.from(label.keys()).filter(row => label[row] !== UNLABELLED);
  const validationStart = Math.round(shares.train * labelled.length);
  const testStart = Math.round((shares.train + shares.validation) * labelled.length);
  const test = labelled.subarray(testStart);
  const testSpan = spanOf(test, times);
  const validation = purge(labelled.subarray(validationStart, testStart), times, [testSpan], embargoBars);
  const evaluated = [spanOf(validation, times), testSpan];
  const train = purge(labelled.subarray(0, validationStart), times, evaluated, embargoBars);
  return { train, validation, test };
}

/** The blocks as one number per row: 0 train, 1 validation, 2 test, −1 none. */
export function blockOfRows(blocks: Blocks, rows: number): Int8Array {
  const block = new Int8Array(rows).fill(NO_BLOCK);
  for (const [number, name] of BLOCKS.entries()) for (const row of blocks[name]) block[row] = number;
  return block;
}
