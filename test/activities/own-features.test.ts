import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { DatasetFacts } from '../../activities/label-dataset.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { createModelCache, DEFAULT_CACHE_LIMITS } from '../../inference/model-cache.ts';
import { createPredictor } from '../../inference/predictor.ts';
import { loadServingModel } from '../../inference/serving-model.ts';
import { move } from '../registry/fixtures.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const MINE = `
export default [{ name: 'mine', lookBack: 7, unit: 'share', source: 'close / close of 7 bars ago − 1',
  kernel: { column: ({ close }) => close.map((price, i) => price / close[i - 7] - 1) } }];
`;

/** A home with the sample, and a recipe with a feature of one's own that a file in it holds. */
async function setUp(t: TestContext, source = MINE) {
  const rooms = await sampleRooms(t);
  const file = join(rooms.home, 'mine.js');
  await writeFile(file, source);
  const features = { names: ['roc_10', 'bollinger_width_20_2', 'mine'], files: ['mine.js'] };
  const recipe = await loadRecipe('gbdt-core15', [], { features, 'train.params.rounds': 15 }, rooms.home);
  return { rooms, file, recipe };
}

async function label({ rooms, recipe }: Awaited<ReturnType<typeof setUp>>) {
  const { exportSnapshot, labelDataset } = createTrainingActivities(rooms);
  const snapshot = await runActivity(exportSnapshot, { series: SAMPLE.series, recipe, asOfTime: null });
  const labelled = await runActivity(labelDataset, { snapshot: snapshot.artifact, recipe });
  const { result } = await rooms.artifacts.load(labelled.artifact);
  return { ...labelled, facts: result as unknown as DatasetFacts };
}

test('a dataset carries the audit of its own features; the audit is kept under their content', async t => {
  const setting = await setUp(t);
  const { facts } = await label(setting);
  assert.deepEqual(facts.audit?.features, ['mine']);
  assert.deepEqual(facts.audit.findings, []);
  assert.ok(facts.audit.cuts > 0 && facts.audit.bars > 20_000);
  assert.equal((await label(setting)).cached, true);
  assert.equal(await audits(setting.rooms), 1);
  await writeFile(setting.file, MINE.replaceAll('7', '9'));
  assert.equal((await label(setting)).cached, false);
  assert.equal(await audits(setting.rooms), 2);
});

test('a dataset of built-in features says that none had to be audited', async t => {
  const rooms = await sampleRooms(t);
  const { facts } = await label({ rooms, file: '', recipe: await loadRecipe('gbdt-boll4', []) });
  assert.equal(facts.audit, null);
});

test('a feature that sees the future is not trained on: the failure names it and is final', async t => {
  const setting = await setUp(t, MINE.replace('i - 7', 'i + 2'));
  await assert.rejects(
    label(setting),
    (error: { type?: string; nonRetryable?: boolean; message: string }) => {
      assert.deepEqual([error.type, error.nonRetryable], ['FEATURE_LEAKS', true]);
      assert.match(error.message, /mine: future value: it reads up to 2 bars ahead/);
      return true;
    },
  );
  assert.equal(await audits(setting.rooms), 0);
});

test('a champion serves with the file it was trained on, and with no other', async t => {
  const { rooms, file, recipe } = await setUp(t);
  const { registered } = await trainInProcess(rooms, SAMPLE.series, recipe);
  await rooms.registry.moveChampion(move('promote', registered.version, { series: seriesId(SAMPLE.series) }));
  assert.deepEqual(await ask(rooms), ['ML_PER_COIN_V1', '']);

  await writeFile(file, MINE.replaceAll('7', '9'));
  assert.match(
    (await ask(rooms)).join(),
    /^PROFESSIONAL_ANALYZER,.*SCHEMA_MISMATCH: .*Put \/.*mine\.js back as it was/,
  );
  await writeFile(file, 'export default');
  assert.match((await ask(rooms)).join(), /SCHEMA_MISMATCH: .*own features can’t be loaded: .*mine\.js/);
  await rm(file);
  assert.match((await ask(rooms)).join(), /SCHEMA_MISMATCH: .*mine\.js: the file is not there/);
  await writeFile(file, MINE);
  assert.deepEqual(await ask(rooms), ['ML_PER_COIN_V1', '']);
});

/** The source of a prediction by a process that starts now, and what speaks against the champion. */
async function ask(rooms: OpenRooms): Promise<[source: string, reasons: string]> {
  const models = createModelCache(
    version => loadServingModel(rooms.artifacts, version),
    DEFAULT_CACHE_LIMITS,
  );
  const predictor = createPredictor({ ...rooms, models });
  try {
    const { source, reasons } = await predictor.predict(SAMPLE.series);
    return [source, reasons.join()];
  } finally {
    await predictor.close();
  }
}

async function audits(rooms: OpenRooms): Promise<number> {
  return (await readdir(join(rooms.home, 'artifacts/audit')).catch(() => [])).filter(
    name => !name.includes('.tmp'),
  ).length;
}
