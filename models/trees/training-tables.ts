import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockName, Dataset } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { makeFolder } from '../../storage/files.ts';
import { classWeightsOf } from '../estimators/class-weights.ts';
import type { FitInput } from '../estimators/estimator.ts';
import { requireRows, requireTwoClasses } from '../estimators/training-rows.ts';
import type { TableFile } from './table-file.ts';
import { writeTable } from './table-writer.ts';

type LearntBlock = Exclude<BlockName, 'test'>;

/** A fit's rows as files, and what was found of its targets. */
export interface TrainingTables {
  readonly train: TableFile;
  readonly validation: TableFile;
  /** The unit in which a number is learnt: the power of two next to its deviation; 1 of classes. */
  readonly unit: number;
  /** Deviation of the training targets in that unit; 1 of classes. */
  readonly deviation: number;
}

/**
 * Class weights are those of the training rows, for the validation rows too: rounds are chosen by the loss that is
 * minimised, not by one that rewards guessing the most frequent class. Numbers are learnt in a unit near their deviation,
 * because libraries take splits that gain less than some absolute bound for none, and returns are small.
 * @throws AlphaloomError TRAINING_FAILED without rows, DATASET_ONE_CLASS, DISK_FULL, TRAINING_CANCELLED
 */
export async function writeTrainingTables(input: FitInput): Promise<TrainingTables> {
  const { dataset, classes, train, workFolder, signal } = input;
  const rows = { train: rowsOfBlock(dataset, 'train'), validation: rowsOfBlock(dataset, 'validation') };
  requireRows(rows.train.length, rows.validation.length);
  const isClasses = classes.length > 0;
  const targets = {
    train: targetsOf(dataset, rows.train, isClasses),
    validation: targetsOf(dataset, rows.validation, isClasses),
  };
  if (isClasses) requireTwoClasses(targets.train, classes);
  const spread = isClasses ? 1 : deviationOf(targets.train);
  const unit = isClasses ? 1 : unitNear(spread);
  const ofClass = classWeightsOf(train.classWeights, targets.train, classes.length);
  await makeFolder(workFolder);
  const write = async (block: LearntBlock): Promise<TableFile> =>
    await writeTable(
      pathOf(workFolder, block),
      dataset.columns,
      rows[block],
      {
        target: targets[block].map(value => value / unit),
        weight: Float32Array.from(
          rows[block],
          (row, at) => (isClasses ? ofClass[targets[block][at]] : 1) * (dataset.weight?.[row] ?? 1),
        ),
      },
      signal,
    );
  return {
    train: await write('train'),
    validation: await write('validation'),
    unit,
    deviation: spread / unit || 1,
  };
}

/** Removes what `writeTrainingTables` wrote. */
export async function removeTrainingTables(workFolder: string): Promise<void> {
  for (const block of ['train', 'validation'] as const) await rm(pathOf(workFolder, block), { force: true });
}

function pathOf(workFolder: string, block: LearntBlock): string {
  return join(workFolder, `${block}.table`);
}

function targetsOf({ label, target }: Dataset, rows: Int32Array, isClasses: boolean): Float32Array {
  if (isClasses) return Float32Array.from(rows, row => label[row]);
  if (target) return Float32Array.from(rows, row => target[row]);
  throw new AlphaloomError('TRAINING_FAILED', 'The dataset holds no numbers to learn, only classes.');
}

/** Population deviation. */
function deviationOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** A power of two, so that dividing and multiplying by it rounds nothing. */
function unitNear(deviation: number): number {
  return deviation > 0 ? 2 ** Math.max(-100, Math.min(100, Math.round(Math.log2(deviation)))) : 1;
}
