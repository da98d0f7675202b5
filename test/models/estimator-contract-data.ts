import type { Dataset } from '../../contracts/dataset.ts';
import type { Task } from '../../contracts/tasks.ts';
import type { Estimator, Libraries } from '../../models/estimators/estimator.ts';
import { nativeLibrary } from '../support/native-library.ts';
import { generator } from './fixtures.ts';

export const FEATURES = 4;

/**
 * Consecutive bars of four features, a few values of them missing; what is learnt follows from the first two of the bar, with
 * noise. 60, 20 and 20 % of the rows train, validate and test; rows without a full window are in no block.
 */
export function contractDataset(task: Task, rows: number, steps: number): Dataset {
  const random = generator(11);
  const columns = Array.from({ length: FEATURES }, () =>
    Float32Array.from({ length: rows }, () => (random() < 0.02 ? Number.NaN : random() * 2 - 1)),
  );
  const score = Float32Array.from(
    { length: rows },
    (_, row) => (columns[0][row] || 0) + (columns[1][row] || 0) + (random() - 0.5),
  );
  const label = Int8Array.from(score, value => LABELS[task](value));
  return {
    featureNames: Array.from({ length: FEATURES }, (_, at) => `feature_${at}`),
    schemaHash: 'a'.repeat(64),
    columns,
    label,
    ...(task === 'return' ? { target: score.map(value => value / 1_000) } : {}),
    bar: Int32Array.from(label, (_, row) => row),
    openTime: Float64Array.from(label, (_, row) => row * 3_600_000),
    labelEnd: Int32Array.from(label, (_, row) => row + 5),
    block: Int8Array.from(label, (_, row) =>
      row < steps - 1 ? -1 : row < 0.6 * rows ? 0 : row < 0.8 * rows ? 1 : 2,
    ),
  };
}

const LABELS: Readonly<Record<Task, (score: number) => number>> = {
  direction3: score => (score < -0.4 ? 0 : score < 0.6 ? 1 : 2),
  approve2: score => Number(score > 0.2),
  return: () => 0,
};

/** Data nobody would train on, from data that can be learnt. */
export const ABSURD_DATA: Readonly<Record<string, (dataset: Dataset, task: Task) => Dataset>> = {
  'one class only, or one number': dataset => ({
    ...dataset,
    label: dataset.label.map(() => 0),
    ...(dataset.target ? { target: dataset.target.map(value => (Number.isNaN(value) ? value : 0.25)) } : {}),
  }),
  'a class that training rows lack': (dataset, task) =>
    task === 'return'
      ? dataset
      : {
          ...dataset,
          label: dataset.label.map((label, row) => (dataset.block[row] === 0 && label === 1 ? 0 : label)),
        },
  'features that are constant, missing everywhere, and huge or tiny': dataset => ({
    ...dataset,
    columns: [
      dataset.columns[0],
      dataset.columns[1].map(() => 7),
      dataset.columns[2].map(() => Number.NaN),
      dataset.columns[3].map((_, row) => [3e38, -3e38, 1e-45, 0][row % 4]),
    ],
  }),
  'every feature constant': dataset => ({
    ...dataset,
    columns: dataset.columns.map(column => new Float32Array(column.length).fill(1)),
  }),
  'three training rows': dataset => ({ ...dataset, block: onlyFirst(dataset.block, 0, 3) }),
  'no training rows': dataset => ({ ...dataset, block: onlyFirst(dataset.block, 0, 0) }),
  'no validation rows': dataset => ({ ...dataset, block: onlyFirst(dataset.block, 1, 0) }),
};

/** Of a block only its first rows. */
function onlyFirst(block: Int8Array, which: number, rows: number): Int8Array {
  let left = rows;
  return block.map(value => {
    if (value !== which) return value;
    left -= 1;
    return left >= 0 ? value : -1;
  });
}

export function librariesOf({ needs }: Pick<Estimator, 'needs'>): Libraries {
  return Object.fromEntries(needs.map(name => [name, nativeLibrary(name)]));
}
