import { BLOCKS, type Dataset, type FoldReport } from '../../contracts/dataset.ts';
import { classOfReturn } from '../../contracts/decision.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { DECIDED_CLASSES, TASK_CLASSES, UNLABELLED } from '../../contracts/tasks.ts';
import type { Fold } from '../../datasets/folds.ts';
import { withoutOutliers } from '../../datasets/outlier-filter.ts';
import { blockOfRows } from '../../datasets/split.ts';
import { rowWeights } from '../../datasets/weights/index.ts';
import { breakEvenLogReturn } from '../../strategy/costs.ts';
import type { History } from '../history.ts';

/** What a fold's model says of its test rows, in their order. */
export interface FoldAnswers {
  /** Row-major `[rows, decided classes]`. */
  readonly probabilities: Float32Array;
  /** Decided class per row. */
  readonly predicted: Int8Array;
}

/** A fold's answers, and what they are about. */
export interface AnsweredFold extends FoldAnswers {
  /** Counted from 1. */
  readonly number: number;
  readonly fold: Fold;
}

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

/** Joins what folds say of their test rows, in the order given. */
export function joinFolds(
  { dataset }: History,
  recipe: Pick<Recipe, 'task' | 'costs'>,
  answered: readonly AnsweredFold[],
): OutOfFold {
  const truth = decidedTruth(dataset, recipe);
  const trainClasses = DECIDED_CLASSES[recipe.task].map(() => 0);
  for (const { fold } of answered) for (const row of fold.train) trainClasses[truth[row]!]! += 1;
  const test = joined(
    answered.map(({ fold }) => fold.test),
    length => new Int32Array(length),
  );
  return {
    probabilities: joined(
      answered.map(({ probabilities }) => probabilities),
      length => new Float32Array(length),
    ),
    predicted: joined(
      answered.map(({ predicted }) => predicted),
      length => new Int8Array(length),
    ),
    label: Int8Array.from(test, row => truth[row]!),
    bar: Int32Array.from(test, row => dataset.bar[row]!),
    trainClasses,
    folds: answered.map(({ number, fold }) => ({ fold: number, ...reportFold(dataset, fold) })),
  };
}

/** The decided class that was right, per labelled row. */
export function decidedTruth(
  { label, target }: Dataset,
  { task, costs }: Pick<Recipe, 'task' | 'costs'>,
): Int8Array {
  if (task !== 'return') return label;
  const breakEven = breakEvenLogReturn(costs);
  return label.map((known, row) => (known === UNLABELLED ? known : classOfReturn(target![row]!, breakEven)));
}

/**
 * The dataset with a fold's blocks in place of the model's own; filter and weights are those of its own training rows.
 * @throws AlphaloomError DATASET_TOO_SMALL where the fold has nothing to learn from or to be judged on
 */
export function foldDataset(
  dataset: Dataset,
  fold: Fold,
  number: number,
  { task, filter, weights }: Pick<Recipe, 'task' | 'filter' | 'weights'>,
): Dataset {
  requireRows(fold, number);
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
    `The ${empty} block of fold ${number} has no rows left after purging. Import more history, or ask for fewer folds.`,
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
