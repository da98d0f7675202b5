import type { TestContext } from 'node:test';
import type { Dataset } from '../../contracts/dataset.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import type { Estimator, FitInput } from '../../models/estimators/estimator.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { generator, trainWith } from './fixtures.ts';

interface Known {
  readonly rows: number;
  readonly features?: number;
  readonly task?: Task;
  /** Bars before the first row that has a label. */
  readonly lead?: number;
  /** Value of a feature at a bar. */
  value?(random: () => number, bar: number, feature: number): number;
  /** Class, or number to learn, of a bar. */
  answer(values: readonly Float32Array[], bar: number): number;
}

/** A dataset whose answers are known: 60 % of its rows train, 20 % validate, 20 % test. */
export function knownDataset({
  rows,
  features = 2,
  task = 'direction3',
  lead = 20,
  value,
  answer,
}: Known): Dataset {
  const random = generator(11);
  const draw = value ?? (() => random() * 2 - 1);
  const columns = Array.from({ length: features }, () => new Float32Array(rows));
  for (let bar = 0; bar < rows; bar++) {
    for (const [feature, column] of columns.entries()) column[bar] = draw(random, bar, feature);
  }
  const answers = Float32Array.from({ length: rows }, (_, bar) => (bar < lead ? 0 : answer(columns, bar)));
  const bars = Int32Array.from({ length: rows }, (_, bar) => bar);
  const block = (bar: number) => (bar < lead ? -1 : bar < 0.6 * rows ? 0 : bar < 0.8 * rows ? 1 : 2);
  return {
    featureNames: columns.map((_, feature) => `feature_${feature}`),
    schemaHash: 'a'.repeat(64),
    columns,
    label: task === 'return' ? new Int8Array(rows) : Int8Array.from(answers),
    ...(task === 'return' && { target: answers }),
    bar: bars,
    openTime: Float64Array.from(bars, bar => bar * 3_600_000),
    labelEnd: bars.map(bar => bar + 1),
    block: Int8Array.from(bars, block),
  };
}

/** LONG where the first feature was up `delay` bars ago, else SHORT. */
export function delayedCopy(rows: number, delay: number): Dataset {
  return knownDataset({ rows, answer: ([first], bar) => (first[bar - delay] > 0 ? 2 : 0) });
}

/** Parameters of a fit long enough to be killed in its middle, with all that a checkpoint must hold. */
export const KILLED_FIT = {
  ...{ steps: 4, units: 6, epochs: 40, patience: 40, batch_size: 16, lr: 0.02 },
  ...{ dropout: 0.3, schedule: 'plateau', plateau_patience: 0, imbalance: 'sampling' },
};

export type FitChanges = Partial<FitInput>;

export async function fitNet(
  t: TestContext,
  estimator: Estimator,
  params: Recipe['train']['params'],
  changes: FitChanges & { readonly dataset: Dataset },
  train: Partial<Recipe['train']> = {},
) {
  const task = changes.task ?? 'direction3';
  const home = await temporaryHome(t);
  const input: FitInput = {
    ...{ task, classes: TASK_CLASSES[task], libraries: {} },
    train: trainWith(estimator.parseParams(params), { estimator: estimator.name, ...train }),
    ...{ folder: home, workFolder: `${home}.work` },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
    ...changes,
  };
  return { folder: input.folder, workFolder: input.workFolder, summary: await estimator.fit(input) };
}

/** Share of a block's rows whose largest score is that of their label. */
export async function accuracy(
  estimator: Estimator,
  folder: string,
  dataset: Dataset,
  steps: number,
): Promise<number> {
  const { windows, label } = blockRows(dataset, 'test', steps);
  const scores = await estimator.scores(folder, windows, {});
  const classes = scores.length / label.length;
  const hits = label.filter((own, row) => {
    const ofRow = scores.subarray(row * classes, (row + 1) * classes);
    return ofRow.indexOf(Math.max(...ofRow)) === own;
  });
  return hits.length / label.length;
}
