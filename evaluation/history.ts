import { type Candles, sliceCandles } from '../contracts/candles.ts';
import { type Dataset, NO_BLOCK } from '../contracts/dataset.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { CommonGround } from '../contracts/trials.ts';
import { rowsOfBlock } from '../datasets/block-rows.ts';
import { labelledRows } from '../datasets/fold-report.ts';
import { purge } from '../datasets/purge.ts';

/** What stands before the test block: all that a recipe may be chosen by. */
export interface History {
  /** Rows before the test block's first; they belong to no block. */
  readonly dataset: Dataset;
  /** Bars before the test block's first. */
  readonly candles: Candles;
  /** The labelled rows whose labels were decided before the test block, ascending. */
  readonly rows: Int32Array;
  readonly embargoBars: number;
}

/**
 * Cuts the test block off, rows and bars alike: what is not there can't be read.
 * @param ground where several recipes are compared, the bars that all of them have
 * @throws AlphaloomError DATASET_TOO_SMALL where nothing is left
 */
export function historyBeforeTest(
  dataset: Dataset,
  candles: Candles,
  embargoBars: number,
  ground: CommonGround | null,
): History {
  const test = rowsOfBlock(dataset, 'test');
  const beforeBar = ground?.beforeBar ?? dataset.bar[test[0]!]!;
  const fromBar = ground?.fromBar ?? 0;
  const count = dataset.bar.findIndex(bar => bar >= beforeBar);
  const cut = cutRows(dataset, count);
  const span = { from: beforeBar, to: candles.openTime.length };
  const known = purge(labelledRows(cut), cut, [span], 0).filter(row => cut.bar[row]! >= fromBar);
  if (known.length === 0) {
    throw new AlphaloomError(
      'DATASET_TOO_SMALL',
      'No labelled row stands before the test block. Import more history, or change split.',
      { beforeBar, fromBar },
    );
  }
  return {
    dataset: cut,
    candles: sliceCandles(candles, 0, beforeBar),
    rows: known,
    embargoBars: ground?.embargoBars ?? embargoBars,
  };
}

function cutRows(dataset: Dataset, count: number): Dataset {
  const { target, weight: _, ...rest } = dataset;
  return {
    ...rest,
    columns: dataset.columns.map(column => column.subarray(0, count)),
    label: dataset.label.subarray(0, count),
    bar: dataset.bar.subarray(0, count),
    openTime: dataset.openTime.subarray(0, count),
    labelEnd: dataset.labelEnd.subarray(0, count),
    block: new Int8Array(count).fill(NO_BLOCK),
    ...(target && { target: target.subarray(0, count) }),
  };
}
