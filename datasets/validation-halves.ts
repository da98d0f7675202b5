import { BLOCKS, type Dataset, NO_BLOCK } from '../contracts/dataset.ts';
import { rowsOfBlock } from './block-rows.ts';
import { purge, spanOf } from './purge.ts';

/** A validation block in two: training may stop by its earlier rows, and what is decided of answers is fitted on the later. */
export interface ValidationHalves {
  /** The dataset with only the earlier rows as its validation. */
  readonly stopping: Dataset;
  /** The later rows, ascending. */
  readonly deciding: Int32Array;
}

/** The earlier half is purged towards the later. Where nothing would be left of it, all rows stop and decide. */
export function halveValidation(dataset: Dataset, embargoBars: number): ValidationHalves {
  const rows = rowsOfBlock(dataset, 'validation');
  const middle = Math.ceil(rows.length / 2);
  const deciding = rows.subarray(middle);
  const earlier = deciding.length
    ? purge(rows.subarray(0, middle), dataset, [spanOf(deciding, dataset)], embargoBars)
    : rows;
  if (earlier.length === 0 || deciding.length === 0) return { stopping: dataset, deciding: rows };
  const block = dataset.block.map(value => (value === BLOCKS.indexOf('validation') ? NO_BLOCK : value));
  for (const row of earlier) block[row] = BLOCKS.indexOf('validation');
  return { stopping: { ...dataset, block }, deciding };
}
