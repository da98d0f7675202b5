import { BLOCKS, type Dataset, type FoldReport } from '../contracts/dataset.ts';
import { classOfReturn } from '../contracts/decision.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { WalkForwardSpec } from '../contracts/split.ts';
import { DECIDED_CLASSES, TASK_CLASSES, UNLABELLED } from '../contracts/tasks.ts';
import { type Fold, splitFolds } from '../datasets/folds.ts';
import { withoutOutliers } from '../datasets/outlier-filter.ts';
import { blockOfRows } from '../datasets/split.ts';
import { rowWeights } from '../datasets/weights/index.ts';
import { breakEvenLogReturn } from '../strategy/costs.ts';
import type { History } from './history.ts';

/** What a fold's model says of its test rows, in their order. */
export interface FoldAnswers {
  /** Row-major `[rows, decided classes]`. */
  readonly probabilities: Float32Array;
  /** Decided class per row. */
  readonly predicted: Int8Array;
}

/**
 * Fits a model on the blocks `train` and `validation` of a fold's dataset, as the recipe says, and asks it about the
 * block `test`.
 * @param fold counted from 1, in time order
 */
export type PredictFold = (dataset: Dataset, fold: number) => Promise<FoldAnswers>;

/** Predictions of rows that their model had not seen, of several folds in time order. */
export interface OutOfFold extends FoldAnswers {
  /** Decided class that was right, per row. */
  readonly label: Int8Array;
  /** Bar of each row, ascending. */
  readonly bar: Int32Array;
  /** Training rows per decided class, over the folds. */
  readonly trainClasses: readonly number[];
  /** Number and rows of each fold. */
  readonly folds: readonly (FoldReport & { readonly fold: number })[];
}

/**
 * Fits and asks a model per fold, one after the other, and joins what they say of their test rows. Folds are made of the
 * rows before the test block alone; filter and weights are those of each fold's own training rows.
 * @param newest how many folds, counted from the latest
 * @throws AlphaloomError DATASET_TOO_SMALL where a fold has nothing to learn from or to be judged on; what `predict` throws
 */
export async function walkForward(
  history: History,
  recipe: Pick<Recipe, 'task' | 'filter' | 'weights' | 'costs'>,
  spec: WalkForwardSpec,
  newest: number,
  predict: PredictFold,
): Promise<OutOfFold> {
  const { dataset, rows, embargoBars } = history;
  const answers: FoldAnswers[] = [];
  const tested: Int32Array[] = [];
  const reports: (FoldReport & { fold: number })[] = [];
  const truth = decidedTruth(dataset, recipe);
  const trainClasses = DECIDED_CLASSES[recipe.task].map(() => 0);
  let number = 0;
  for (const fold of splitFolds(rows, dataset, spec, embargoBars)) {
    number++;
    if (number <= spec.folds - newest) continue;
    requireRows(fold, number);
    const own = foldDataset(dataset, fold, recipe);
    answers.push(await predict(own, number));
    tested.push(fold.test);
    reports.push({ fold: number, ...reportFold(dataset, fold) });
    for (const row of fold.train) trainClasses[truth[row]!]! += 1;
  }
  const test = joined(tested, length => new Int32Array(length));
  return {
    probabilities: joined(
      answers.map(({ probabilities }) => probabilities),
      length => new Float32Array(length),
    ),
    predicted: joined(
      answers.map(({ predicted }) => predicted),
      length => new Int8Array(length),
    ),
    label: Int8Array.from(test, row => truth[row]!),
    bar: Int32Array.from(test, row => dataset.bar[row]!),
    trainClasses,
    folds: reports,
  };
}

/** The decided class that was right, per labelled row. */
function decidedTruth(
  { label, target }: Dataset,
  { task, costs }: Pick<Recipe, 'task' | 'costs'>,
): Int8Array {
  if (task !== 'return') return label;
  const breakEven = breakEvenLogReturn(costs);
  return label.map((known, row) => (known === UNLABELLED ? known : classOfReturn(target![row]!, breakEven)));
}

/** The dataset with a fold's blocks in place of the model's own. */
function foldDataset(
  dataset: Dataset,
  fold: Fold,
  { task, filter, weights }: Pick<Recipe, 'task' | 'filter' | 'weights'>,
): Dataset {
  const { weight: _, ...rest } = dataset;
  const train = filter ? withoutOutliers(dataset.columns, fold.train, filter.threshold) : fold.train;
  const blocks = { train, validation: fold.validation, test: fold.test };
  const classes = TASK_CLASSES[task].length;
  return {
    ...rest,
    block: blockOfRows(blocks, dataset.block.length),
    ...(weights && { weight: rowWeights(blocks, { ...dataset, classes }, weights) }),
  };
}

function reportFold({ openTime }: Dataset, { purgedRows, train, validation, test }: Fold): FoldReport {
  return {
    rows: { train: train.length, validation: validation.length, test: test.length },
    purgedRows,
    testFromTime: openTime[test[0]!]!,
    testToTime: openTime[test.at(-1)!]!,
  };
}

function requireRows(fold: Fold, number: number): void {
  const empty = BLOCKS.find(name => fold[name].length === 0);
  if (empty === undefined) return;
  throw new AlphaloomError(
    'DATASET_TOO_SMALL',
    `The ${empty} block of fold ${number} has no rows left after purging. Import more history, or change split.folds.`,
    { fold: number, block: empty },
  );
}

function joined<Column extends Float32Array | Int32Array | Int8Array>(
  parts: readonly Column[],
  empty: (length: number) => Column,
): Column {
  const all = empty(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
