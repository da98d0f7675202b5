import assert from 'node:assert/strict';
import test from 'node:test';
import type { CombinatorialSpec } from '../../../contracts/split.ts';
import { combinations, foldCount, foldSchema, pathCount } from '../../../contracts/split.ts';
import { buildDataset } from '../../../datasets/dataset.ts';
import { foldAt, splitFolds, testedGroups } from '../../../datasets/folds.ts';
import { type AnsweredFold, joinFolds } from '../../../evaluation/folds/out-of-fold.ts';
import { backtestPaths } from '../../../evaluation/folds/paths.ts';
import { scoreEvaluation } from '../../../evaluation/folds/score-evaluation.ts';
import { historyBeforeTest } from '../../../evaluation/history.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import { near } from '../../support/near.ts';
import { recipeWith } from '../../support/recipes.ts';
import { walk } from '../facts.ts';

const candles = walk(1_500);
const recipe = recipeWith({ gate: { minTestRows: 100, bootstrapDraws: 100 } });
const { dataset, report } = buildDataset(candles, '1h', recipe, CATALOG, 1);
const history = historyBeforeTest(dataset, candles, report.embargoBars, null);

const specOf = (groups: number, testGroups: number) =>
  foldSchema.parse({ kind: 'combinatorial', groups, testGroups }) as CombinatorialSpec;

/** Each fold leaves its number in the probabilities, so that it can be told who answered. */
function answer(spec: CombinatorialSpec): AnsweredFold[] {
  const { rows, embargoBars } = history;
  return [...splitFolds(rows, history.dataset, spec, embargoBars)].map((fold, at) => {
    const share = (at + 1) / 100;
    const probabilities = Float32Array.from({ length: 3 * fold.test.length }, (_, cell) =>
      cell % 3 === 2 ? 1 - 2 * share : share,
    );
    const predicted = Int8Array.from(fold.test, row => (dataset.columns[0][row] > at / 20 ? 2 : 0));
    return { number: at + 1, fold, probabilities, predicted };
  });
}

test('of six groups, two tested: fifteen folds, each group tested by five, joined to five paths', () => {
  const spec = specOf(6, 2);
  assert.deepEqual([foldCount(spec), pathCount(spec)], [15, 5]);
  const tested = testedGroups(spec);
  assert.deepEqual(tested.slice(0, 6), [
    [0, 1],
    [0, 2],
    [0, 3],
    [0, 4],
    [0, 5],
    [1, 2],
  ]);
  for (let group = 0; group < 6; group++)
    assert.equal(tested.filter(groups => groups.includes(group)).length, 5);
  for (const [groups, testGroups] of [
    [10, 2],
    [8, 3],
    [5, 1],
  ] as const)
    near(pathCount(specOf(groups, testGroups)), (combinations(groups, testGroups) * testGroups) / groups);
});

test('every path covers every row once in time order, and no fold answers a group twice', () => {
  const spec = specOf(6, 2);
  const answered = answer(spec);
  const paths = backtestPaths(history, recipe, spec, answered);
  assert.equal(paths.length, 5);
  const bars = Int32Array.from(history.rows, row => dataset.bar[row]);
  const used = new Set<string>();
  for (const path of paths) {
    assert.deepEqual(path.bar, bars);
    assert.deepEqual(
      path.label,
      Int8Array.from(history.rows, row => dataset.label[row]),
    );
    let from = 0;
    for (const [group, { fold, rows }] of path.folds.entries()) {
      assert.ok(testedGroups(spec)[fold - 1].includes(group));
      assert.ok(!used.has(`${fold}/${group}`));
      used.add(`${fold}/${group}`);
      for (let row = from; row < from + rows.test; row++) near(path.probabilities[3 * row], fold / 100, 1e-6);
      from += rows.test;
    }
    assert.equal(from, bars.length);
  }
  // All answers are used, and each once.
  assert.equal(used.size, 15 * 2);
});

test('a path takes the answers that its folds gave for those very rows', () => {
  const spec = specOf(4, 2);
  const answered = answer(spec);
  const said = new Map(
    answered.flatMap(({ number, fold, predicted }) =>
      [...fold.test].map((row, at): [string, number] => [`${number}/${dataset.bar[row]}`, predicted[at]]),
    ),
  );
  for (const path of backtestPaths(history, recipe, spec, answered)) {
    const foldOf = path.folds.flatMap(({ fold, rows }) => new Array<number>(rows.test).fill(fold));
    for (const [at, bar] of path.bar.entries())
      assert.equal(path.predicted[at], said.get(`${foldOf[at]}/${bar}`));
  }
});

test('training rows of a combinatorial fold stand on both sides and know nothing of what is tested', () => {
  const spec = specOf(6, 2);
  let both = 0;
  for (const [at, { train, validation, test }] of [
    ...splitFolds(history.rows, history.dataset, spec, history.embargoBars),
  ].entries()) {
    const alone = foldAt(history.rows, history.dataset, spec, history.embargoBars, at + 1);
    assert.deepEqual(alone, { train, validation, test, purgedRows: alone.purgedRows });
    const tested = new Set(Array.from(test, row => dataset.bar[row]));
    for (const row of [...train, ...validation])
      for (let bar = dataset.bar[row]; bar <= dataset.labelEnd[row]; bar++) assert.ok(!tested.has(bar));
    if (train[0] < test[0] && train.at(-1)! > test.at(-1)!) both++;
  }
  assert.ok(both > 0);
});

test('paths are scored one by one and spread; a walk is scored as one record with its slices', () => {
  const spec = specOf(4, 2);
  const { evaluation, moments } = scoreEvaluation(history, spec, answer(spec), recipe, 'swap');
  const { scores, spreads } = evaluation.paths!;
  assert.equal(evaluation.record, null);
  assert.equal(scores.length, 3);
  const mccs = scores.map(({ mcc }) => mcc).sort((a, b) => a - b);
  assert.deepEqual([spreads.mcc.min, spreads.mcc.median, spreads.mcc.max], mccs);
  near(spreads.mcc.mean, (mccs[0] + mccs[1] + mccs[2]) / 3);
  const ratios = scores.map(({ sharpePerBar }) => sharpePerBar!).sort((a, b) => a - b);
  assert.equal(moments.sharpe, ratios[1]);
  assert.deepEqual(
    evaluation.foldScores.map(({ groups, backtest }) => [groups, backtest]),
    [
      [[1, 2], null],
      [[1, 3], null],
      [[1, 4], null],
      [[2, 3], null],
      [[2, 4], null],
      [[3, 4], null],
    ],
  );
  assert.equal(evaluation.rows, history.rows.length);

  const walkSpec = foldSchema.parse({ kind: 'walk-forward', folds: 3 });
  const folds = [...splitFolds(history.rows, history.dataset, walkSpec, history.embargoBars)];
  const answered = folds.map((fold, at) => ({
    number: at + 1,
    fold,
    probabilities: new Float32Array(3 * fold.test.length).fill(1 / 3),
    predicted: Int8Array.from(fold.test, row => (dataset.columns[0][row] > 0 ? 2 : 0)),
  }));
  const walked = scoreEvaluation(history, walkSpec, answered, recipe, 'swap').evaluation;
  assert.equal(walked.paths, null);
  assert.equal(walked.rows, joinFolds(history, recipe, answered).bar.length);
  assert.equal(
    walked.record!.stability.months.reduce((sum, { rows }) => sum + rows, 0),
    walked.rows,
  );
  assert.ok(walked.foldScores.every(({ groups, backtest }) => groups === null && backtest!.trades > 0));
});
