import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { AlphaloomError } from '../../contracts/errors.ts';
import type { SearchedRecipe } from '../../contracts/search.ts';
import { seriesId } from '../../contracts/series.ts';
import { type Settings, type TrialRow, trialRecipe } from '../../contracts/trials.ts';
import { searchedRecipe } from '../evaluation/search/recipes.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const LEAVES = 'train.params.num_leaves';
const SERIES = seriesId(SAMPLE.series);
/** The sample's first bars: a few thousand rows. */
const AS_OF = Date.UTC(2017, 9, 1);

const QUICK = {
  train: { estimator: 'lightgbm', params: { rounds: 15, min_data_in_leaf: 20 } },
  gate: { minTestRows: 100, bootstrapDraws: 100 },
  split: { train: 0.6, validation: 0.2, test: 0.2, folds: { kind: 'walk-forward', folds: 3 } },
};

function recipeOf(
  search: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
): SearchedRecipe {
  const space = { [LEAVES]: { choices: [2, 8] } };
  return searchedRecipe({ kind: 'grid', space, ...search }, { ...QUICK, ...changes });
}

/** The steps of a search, in this process and without Temporal. */
async function prepare(t: TestContext, recipe: SearchedRecipe) {
  const rooms = await sampleRooms(t);
  const steps = createTrainingActivities(rooms);
  const snapshot = await runActivity(steps.exportSnapshot, {
    series: SAMPLE.series,
    recipe,
    asOfTime: AS_OF,
  });
  const { plan } = await runActivity(steps.planSearch, { recipe, snapshot: snapshot.artifact });
  const score = async (settings: Settings, folds: number) => {
    const dataset = await runActivity(steps.labelDataset, {
      snapshot: snapshot.artifact,
      recipe: trialRecipe(recipe, settings),
    });
    return await runActivity(steps.scoreTrial, {
      series: SAMPLE.series,
      snapshot: snapshot.artifact,
      dataset: dataset.artifact,
      recipe,
      settings,
      folds,
      ground: plan.ground,
      actor: 'test',
    });
  };
  const conclude = (rows: readonly TrialRow[]) => {
    const search = { series: SAMPLE.series, recipe, asOfTime: AS_OF, offer: true, actor: 'test' };
    return runActivity(steps.concludeSearch, { search, snapshot: snapshot.artifact, rows });
  };
  return { rooms, plan, snapshot, score, conclude };
}

/** How often the estimator was asked to fit, by the artifacts of folds that were made anew. */
function countFolds(rooms: Rooms): { made: number } {
  const counted = { made: 0 };
  const { save } = rooms.artifacts;
  rooms.artifacts.save = (async (step, inputs, write) => {
    return await save(step, inputs, async (folder, workFolder) => {
      if (step === 'fold') counted.made++;
      return await write(folder, workFolder);
    });
  }) as typeof save;
  return counted;
}

test('a trial is scored out of fold once, logged once, and more folds fit only those that are new', async t => {
  const { rooms, score } = await prepare(t, recipeOf());
  const folds = countFolds(rooms);
  const narrow = await score({ [LEAVES]: 8 }, 1);
  assert.deepEqual([narrow.cached, folds.made], [false, 1]);
  const wide = await score({ [LEAVES]: 8 }, 3);
  assert.deepEqual([wide.cached, folds.made], [false, 3]);
  assert.ok(wide.score.rows > narrow.score.rows);

  const again = await score({ [LEAVES]: 8 }, 3);
  assert.deepEqual([again.cached, folds.made], [true, 3]);
  assert.deepEqual(again.artifact, wide.artifact);
  assert.deepEqual(again.score, wide.score);
  const logged = await rooms.registry.trials(SERIES);
  assert.deepEqual(
    logged.map(({ kind, actor, detail }) => [
      kind,
      actor,
      (detail as { score: { folds: number } }).score.folds,
    ]),
    [
      ['trial', 'test', 1],
      ['trial', 'test', 3],
    ],
  );
  assert.deepEqual(await rooms.registry.events(SERIES), [], 'the champion’s history is not flooded');
});

test('two homes come to the same bytes', async t => {
  const read = async () => {
    const { rooms, score } = await prepare(t, recipeOf());
    const { artifact } = await score({ [LEAVES]: 2 }, 1);
    return [artifact, await readFile(join((await rooms.artifacts.load(artifact)).folder, 'score.json'))];
  };
  assert.deepEqual(await read(), await read());
});

test('the best is trained on the very bars that were searched, and its evidence knows how many were tried', async t => {
  const { rooms, score, conclude, plan, snapshot } = await prepare(t, recipeOf());
  const rows: TrialRow[] = [];
  for (const [i, settings] of plan.settings.entries())
    rows.push({ trial: i + 1, settings, ok: true, ...(await score(settings, 3)) });
  const { training, best, artifact, overfitting } = await conclude(rows);
  const winner = rows.find(({ trial }) => trial === best)!;
  assert.ok(winner.ok);
  assert.ok(rows.every(row => row.ok && row.score.value! <= winner.score.value!));
  assert.deepEqual(training.input.recipe, trialRecipe(recipeOf(), winner.settings));
  assert.match(training.workflowId, /^train\/coinbase:BTCUSD\/1h\/[0-9a-f]{16}$/);
  const { folder } = await rooms.artifacts.load(artifact);
  const table = JSON.parse(await readFile(join(folder, 'trials.json'), 'utf8'));
  assert.deepEqual([table.best, table.trials.length], [best, 2]);
  assert.deepEqual([overfitting!.trials, overfitting!.splits], [2, 12_870]);
  assert.deepEqual(table.overfitting, overfitting);
  assert.ok(overfitting!.bars >= winner.score.rows);
  assert.match(await readFile(join(folder, 'trials.svg'), 'utf8'), /^<svg /);

  const { series, recipe, asOfTime } = training.input;
  const trained = await trainInProcess(rooms, series, recipe, asOfTime);
  assert.deepEqual(trained.snapshot.artifact, snapshot.artifact);
  const evidence = JSON.parse(
    await readFile((await rooms.artifacts.load(trained.evidence.artifact)).path('metrics.json'), 'utf8'),
  );
  assert.equal(evidence.sharpe.trials, 2);
  assert.ok(evidence.sharpe.deflated <= evidence.sharpe.probabilistic);
  const again = await trainInProcess(rooms, series, recipe, asOfTime);
  assert.ok(again.evidence.cached && again.registered.cached);
});

test('features are compared on the same rows', async t => {
  const space = { 'features.names': { choices: [['roc_10'], ['sma_200', 'roc_10']] } };
  const { score, plan } = await prepare(t, recipeOf({ space }));
  assert.ok(plan.ground);
  const scores = [];
  for (const settings of plan.settings) scores.push((await score(settings, 1)).score);
  assert.equal(scores[0].rows, scores[1].rows);
  assert.notEqual(scores[0].value, scores[1].value);
});

test('a trial that can’t be scored says why; where none could be, the search fails with the first reason', async t => {
  const { conclude } = await prepare(t, recipeOf());
  const failed = (trial: number): TrialRow => {
    const error = { code: 'DATASET_TOO_SMALL', message: 'no rows' };
    return { trial, settings: {}, ok: false, folds: 3, error };
  };
  await assert.rejects(conclude([failed(2), failed(1)]), {
    type: 'DATASET_TOO_SMALL' satisfies AlphaloomError['code'],
    message: /No trial was scored on all 3 folds\. Trial 1: no rows/,
  });
});
