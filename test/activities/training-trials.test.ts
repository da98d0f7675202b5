import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Evidence } from '../../contracts/evidence.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { seriesId } from '../../contracts/series.ts';
import type { TrialRecord } from '../../contracts/trials.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { readEvidence } from '../../inference/package.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const SERIES = seriesId(SAMPLE.series);
const AS_OF = Date.UTC(2017, 11, 1);

async function recipe(changes: Record<string, unknown> = {}): Promise<Recipe> {
  return await loadRecipe('gbdt-core15', [], {
    'train.params.rounds': 15,
    'gate.bootstrapDraws': 100,
    'gate.minTestRows': 100,
    ...changes,
  });
}

test('every training is a trial, scored on its validation rows, and counted once', async t => {
  const rooms = await sampleRooms(t);
  const train = async (of: Recipe, asOf = AS_OF) => {
    const made = await trainInProcess(rooms, SAMPLE.series, of, asOf);
    const evidence: Evidence = await readEvidence(rooms.artifacts, made.evidence.artifact);
    return { ...made, evidence, cached: made.evidence.cached && made.registered.cached };
  };
  const trials = async () =>
    (await rooms.registry.trials(SERIES)).map(({ detail }) => detail as unknown as TrialRecord);

  const first = await train(await recipe());
  const [trial, ...others] = await trials();
  assert.deepEqual(others, []);
  assert.deepEqual([trial.origin, trial.recipe, trial.score.folds], ['training', 'gbdt-core15', 0]);
  const { result } = await rooms.artifacts.load(first.dataset.artifact);
  const { blocks } = (result as { report: { blocks: Record<string, { rows: number }> } }).report;
  assert.equal(trial.score.rows, blocks.validation.rows);
  assert.notEqual(trial.score.rows, first.evidence.metrics.rows);
  assert.notEqual(trial.score.mcc.value, first.evidence.metrics.mcc);
  assert.equal(first.evidence.sharpe!.trials, 1);

  await t.test('the same again is cached and logged no second time', async () => {
    assert.equal((await train(await recipe())).cached, true);
    assert.equal((await trials()).length, 1);
  });

  await t.test('another configuration is the second trial; the first stays what it was', async () => {
    const second = await train(await recipe({ 'train.params.num_leaves': 4 }));
    assert.equal(second.evidence.sharpe!.trials, 2);
    assert.ok(second.evidence.sharpe!.expectedMaximum > 0);
    const again = await train(await recipe());
    assert.equal(again.cached, true);
    assert.equal(again.evidence.sharpe!.trials, 1);
    assert.equal((await trials()).length, 2);
  });

  await t.test('how it is judged makes no other trial, and neither do newer bars', async () => {
    const newer = await train(await recipe(), AS_OF + 30 * 86_400_000);
    assert.equal(newer.evidence.sharpe!.trials, 2);
    const records = await trials();
    assert.equal(records.length, 3);
    assert.equal(records[2].configuration, records[0].configuration);
    await train(await recipe({ 'gate.minTrades': 3 }));
    assert.equal((await trials()).length, 3);
  });
});
