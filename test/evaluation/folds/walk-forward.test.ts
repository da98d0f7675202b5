import assert from 'node:assert/strict';
import test from 'node:test';
import { type Dataset, NO_BLOCK } from '../../../contracts/dataset.ts';
import type { Recipe } from '../../../contracts/recipe.ts';
import type { WalkForwardSpec } from '../../../contracts/split.ts';
import { UNLABELLED } from '../../../contracts/tasks.ts';
import { rowsOfBlock } from '../../../datasets/block-rows.ts';
import { buildDataset } from '../../../datasets/dataset.ts';
import type { FoldAnswers } from '../../../evaluation/folds/out-of-fold.ts';
import { scoreOutOfFold } from '../../../evaluation/folds/score-out-of-fold.ts';
import { walkForward } from '../../../evaluation/folds/walk-forward.ts';
import { historyBeforeTest } from '../../../evaluation/history.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import { recipeWith } from '../../support/recipes.ts';
import { walk } from '../facts.ts';

const BARS = 1_500;
const FOLDS: WalkForwardSpec = {
  kind: 'walk-forward',
  folds: 4,
  window: 'expanding',
  initial: 0.5,
  validation: 0.2,
};

const candles = walk(BARS);
const recipe = recipeWith();
const { dataset, report } = buildDataset(candles, '1h', recipe, CATALOG, 1);
const history = historyBeforeTest(dataset, candles, report.embargoBars, null);

/** Answers by the two features alone; notes what it was given. */
function predictor() {
  const given: { dataset: Dataset; fold: number }[] = [];
  const predict = async (of: Dataset, fold: number): Promise<FoldAnswers> => {
    given.push({ dataset: of, fold });
    const rows = rowsOfBlock(of, 'test');
    const probabilities = new Float32Array(3 * rows.length);
    for (const [at, row] of rows.entries()) {
      const weights = [Math.exp(-of.columns[0][row] / 5), 1, Math.exp(of.columns[0][row] / 5)];
      const sum = weights[0] + weights[1] + weights[2];
      probabilities.set(
        weights.map(weight => weight / sum),
        3 * at,
      );
    }
    const predicted = Int8Array.from(rows, row => (of.columns[0][row] > 0 ? 2 : 0));
    return { probabilities, predicted };
  };
  return { given, predict };
}

async function scored(of: Dataset, bars = candles, changes: Partial<Recipe> = {}) {
  const before = historyBeforeTest(of, bars, report.embargoBars, null);
  const record = await walkForward(before, { ...recipe, ...changes }, FOLDS, 4, predictor().predict);
  return { record, score: scoreOutOfFold(record, before.candles, recipe, 'swap') };
}

test('folds are joined into one record in time order, each row once, with its own fold’s answer', async () => {
  const { given, predict } = predictor();
  const record = await walkForward(history, recipe, FOLDS, 4, predict);
  assert.deepEqual(
    given.map(({ fold }) => fold),
    [1, 2, 3, 4],
  );
  assert.deepEqual(
    record.folds.map(({ fold }) => fold),
    [1, 2, 3, 4],
  );
  assert.ok(record.bar.every((bar, row) => row === 0 || bar > record.bar[row - 1]));
  assert.equal(record.probabilities.length, 3 * record.bar.length);
  const rowOfBar = new Map([...dataset.bar].map((bar, row) => [bar, row]));
  for (const [at, bar] of record.bar.entries()) {
    const row = rowOfBar.get(bar)!;
    assert.equal(record.label[at], dataset.label[row]);
    assert.equal(record.predicted[at], dataset.columns[0][row] > 0 ? 2 : 0);
  }
  const trained = record.folds.reduce((sum, { rows }) => sum + rows.train, 0);
  assert.equal(
    record.trainClasses.reduce((sum, count) => sum + count, 0),
    trained,
  );
});

test('fewer folds are the newest ones, and their answers are the same', async () => {
  const all = await walkForward(history, recipe, FOLDS, 4, predictor().predict);
  const { given, predict } = predictor();
  const two = await walkForward(history, recipe, FOLDS, 2, predict);
  assert.deepEqual(
    given.map(({ fold }) => fold),
    [3, 4],
  );
  assert.deepEqual(two.bar, all.bar.slice(-two.bar.length));
  assert.deepEqual(two.probabilities, all.probabilities.slice(-two.probabilities.length));
});

test('what a fold learns from was decided before its test rows, and knows no bar of the test block', async () => {
  const { given, predict } = predictor();
  await walkForward(history, recipe, FOLDS, 4, predict);
  const testBar = dataset.bar[rowsOfBlock(dataset, 'test')[0]];
  for (const { dataset: fold } of given) {
    const tested = fold.bar[rowsOfBlock(fold, 'test')[0]];
    for (const block of ['train', 'validation'] as const)
      for (const row of rowsOfBlock(fold, block)) assert.ok(fold.labelEnd[row] < tested);
    assert.ok(fold.bar.every(bar => bar < testBar));
    for (const row of rowsOfBlock(fold, 'test')) assert.ok(fold.labelEnd[row] < testBar);
  }
  assert.equal(history.candles.openTime.length, testBar);
});

test('a poisoned test block changes no score: labels, features, targets and prices', async () => {
  const first = rowsOfBlock(dataset, 'test')[0];
  const isTested = (row: number) => row >= first;
  const poisoned: Dataset = {
    ...dataset,
    columns: dataset.columns.map(column => column.map((value, row) => (isTested(row) ? 1e30 : value))),
    label: dataset.label.map((label, row) =>
      isTested(row) && label !== UNLABELLED ? (label + 1) % 3 : label,
    ),
  };
  const testBar = dataset.bar[first];
  const prices = (column: Float64Array) => column.map((value, bar) => (bar >= testBar ? 1e9 : value));
  const bars = {
    ...candles,
    open: prices(candles.open),
    high: prices(candles.high),
    low: prices(candles.low),
    close: prices(candles.close),
  };
  const clean = await scored(dataset);
  assert.ok(clean.score.backtest.trades > 5);
  assert.deepEqual(await scored(poisoned, bars), clean);
});

test('an expected return is judged as the direction that pays its costs', async () => {
  const returns = recipeWith({ task: 'return', labels: { kind: 'forward-return', horizonBars: 12 } });
  const built = buildDataset(candles, '1h', returns, CATALOG, 1);
  const before = historyBeforeTest(built.dataset, candles, built.report.embargoBars, null);
  const record = await walkForward(before, returns, FOLDS, 4, predictor().predict);
  const rowOfBar = new Map([...built.dataset.bar].map((bar, row) => [bar, row]));
  const cost = -2 * Math.log(1 - 13 / 10_000);
  for (const [at, bar] of record.bar.entries()) {
    const came = built.dataset.target![rowOfBar.get(bar)!];
    assert.equal(record.label[at], came > 2 * cost ? 2 : came < -2 * cost ? 0 : record.label[at]);
    if (Math.abs(came) < cost / 2) assert.equal(record.label[at], 1);
  }
  assert.ok(record.trainClasses.every(count => count > 0));
  assert.equal(scoreOutOfFold(record, before.candles, returns, 'swap').metrics.perClass.length, 3);
});

test('filter and weights are those of each fold’s own training rows', async () => {
  const { given, predict } = predictor();
  const weights = { uniqueness: false, classBalance: true };
  const filter = { kind: 'robust-z' as const, threshold: 2 };
  const own = { ...recipe, weights, filter };
  const record = await walkForward(history, own, FOLDS, 4, predict);
  for (const [i, { dataset: fold }] of given.entries()) {
    const train = rowsOfBlock(fold, 'train');
    assert.ok(train.length < record.folds[i].rows.train, 'outliers are left out');
    const ofClass = [0, 0, 0];
    for (const row of train) ofClass[fold.label[row]] += fold.weight![row];
    for (const sum of ofClass) assert.ok(Math.abs(sum - train.length / 3) < 1e-2);
  }
  const unweighted = predictor();
  await walkForward(history, recipe, FOLDS, 4, unweighted.predict);
  assert.equal(unweighted.given[0].dataset.weight, undefined);
});

test('on a common ground, features that look further back are scored on the same bars', async () => {
  const deep = recipeWith({ features: { names: ['roc_10', 'bollinger_width_20_2', 'sma_200'] } });
  const other = buildDataset(candles, '1h', deep, CATALOG, 1);
  assert.ok(other.dataset.bar[0] > dataset.bar[0]);
  const ground = { fromBar: other.dataset.bar[0], beforeBar: 1_100, embargoBars: 250 };
  const bars = [];
  for (const [of, used] of [
    [dataset, recipe],
    [other.dataset, deep],
  ] as const) {
    const shared = historyBeforeTest(of, candles, 0, ground);
    const record = await walkForward(shared, used, FOLDS, 4, predictor().predict);
    assert.ok(record.bar.every(bar => bar >= ground.fromBar && bar < ground.beforeBar));
    bars.push(record.bar);
  }
  assert.deepEqual(bars[0], bars[1]);
});

test('too little history is refused by the fold and the block that are empty', async () => {
  const spec = { ...FOLDS, folds: 60 };
  const of = { ...history, rows: history.rows.subarray(0, 60) };
  await assert.rejects(walkForward(of, recipe, spec, 60, predictor().predict), {
    code: 'DATASET_TOO_SMALL',
    message: /The (train|validation|test) block of fold \d+ has no rows left/,
  });
  const none: Dataset = { ...dataset, block: dataset.block.map(() => NO_BLOCK) };
  none.block[0] = 2;
  assert.throws(() => historyBeforeTest(none, candles, 0, null), { code: 'DATASET_TOO_SMALL' });
});
