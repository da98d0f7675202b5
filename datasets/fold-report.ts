import { BLOCKS, type Dataset, type FoldReport } from '../contracts/dataset.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { FoldSpec } from '../contracts/split.ts';
import { UNLABELLED } from '../contracts/tasks.ts';
import { splitFolds } from './folds.ts';
import type { Blocks } from './split.ts';

/**
 * How many rows each fold has, of all labelled rows of the dataset.
 * @throws AlphaloomError DATASET_TOO_SMALL where a fold has nothing to learn from or to be judged on
 */
export function reportFolds(dataset: Dataset, spec: FoldSpec, embargoBars: number): FoldReport[] {
  const { openTime } = dataset;
  const reports: FoldReport[] = [];
  for (const { purgedRows, ...fold } of splitFolds(labelledRows(dataset), dataset, spec, embargoBars)) {
    requireRows(fold, reports.length + 1);
    const { train, validation, test } = fold;
    reports.push({
      rows: { train: train.length, validation: validation.length, test: test.length },
      purgedRows,
      testFromTime: openTime[test[0]],
      testToTime: openTime[test[test.length - 1]],
    });
  }
  return reports;
}

/** All rows with a label, in time order: what folds are made of. */
export function labelledRows({ label }: Pick<Dataset, 'label'>): Int32Array {
  return Int32Array.from(label.keys()).filter(row => label[row] !== UNLABELLED);
}

function requireRows(fold: Blocks, number: number): void {
  const empty = BLOCKS.find(name => fold[name].length === 0);
  if (empty === undefined) return;
  throw new AlphaloomError(
    'DATASET_TOO_SMALL',
    `The ${empty} block of fold ${number} has no rows left after purging. Import more history, or change split.folds.`,
    { fold: number, block: empty },
  );
}
