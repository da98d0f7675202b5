import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import type { SnapshotFacts } from '../../activities/export-snapshot.ts';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { DEFAULT_MARKET, generateCandles } from '../../candles/generate.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import type { VersionOperation } from '../../contracts/messages.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { readSnapshot } from '../../datasets/snapshot-file.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { readPackage } from '../../inference/package.ts';
import { decide } from '../../workflows/lifecycle-operations.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const MADE_UP: Series = { venue: 'synthetic', symbol: 'TESTUSDT', timeframe: '1h' };
const START = Date.UTC(2020, 0, 1);

async function snapshotOf(rooms: Rooms, series: Series, recipe: Recipe, asOfTime: number | null = null) {
  const { exportSnapshot } = createTrainingActivities(rooms);
  const snapshot = await runActivity(exportSnapshot, { series, recipe, asOfTime });
  return { ...snapshot, ...(await rooms.artifacts.load<SnapshotFacts>(snapshot.artifact)) };
}

test('a snapshot says how good its bars are; how old they are is not part of it', async t => {
  const rooms = await sampleRooms(t);
  const { result } = await snapshotOf(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', []));
  assert.equal(result.synthetic, false);
  assert.equal(result.quality?.bars, result.bars);
  assert.equal(result.quality?.zeroVolumeBars, 28);
  assert.equal(result.quality?.ageBars, null);
});

test('a series below its recipe’s quality is refused before anything is trained, with rule and place', async t => {
  const rooms = await sampleRooms(t);
  const recipe = await loadRecipe('gbdt-boll4', [], { 'quality.maxZeroVolumeBars': 10 });
  const { exportSnapshot } = createTrainingActivities(rooms);
  await assert.rejects(runActivity(exportSnapshot, { series: SAMPLE.series, recipe, asOfTime: null }), {
    type: 'CANDLES_QUALITY',
    nonRetryable: true,
    message: /zero-volume-run: .* 15 bars, at most 10 bars allowed \(20\d\d-/,
  });
  const own = { BTCUSD: { maxZeroVolumeBars: 15 } };
  const mended = await loadRecipe('gbdt-boll4', [], {
    'quality.maxZeroVolumeBars': 10,
    'quality.symbols': own,
  });
  assert.equal((await snapshotOf(rooms, SAMPLE.series, mended)).result.quality?.ok, true);
});

test('a limit on the age is counted to the time that the training is as of', async t => {
  const rooms = await sampleRooms(t);
  const recipe = await loadRecipe('gbdt-boll4', [], { 'quality.maxAgeBars': 3 });
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  await assert.rejects(snapshotOf(rooms, SAMPLE.series, recipe), { type: 'CANDLES_QUALITY' });
  await snapshotOf(rooms, SAMPLE.series, recipe, lastTime + 2 * 3_600_000);
});

test('thresholds name another snapshot only where they are not the usual ones', async t => {
  const rooms = await sampleRooms(t);
  const usual = await loadRecipe('gbdt-boll4', []);
  const first = await snapshotOf(rooms, SAMPLE.series, usual);
  // A recipe of an earlier version says nothing of quality.
  const { quality: _, ...earlier } = usual;
  assert.deepEqual((await snapshotOf(rooms, SAMPLE.series, earlier as Recipe)).artifact, first.artifact);
  const strict = await loadRecipe('gbdt-boll4', [], { 'quality.maxSpikes': 7 });
  assert.notEqual(
    (await snapshotOf(rooms, SAMPLE.series, strict)).artifact.inputHash,
    first.artifact.inputHash,
  );
});

test('a snapshot of seconds keeps their ticks and depth', async t => {
  const rooms = await sampleRooms(t);
  const series: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1s' };
  const time = Float64Array.from({ length: 601 }, (_, row) => START + row * 500);
  const bars = buildTickBars(
    { time, price: time.map((_, row) => 100 + (row % 7)), quantity: time.map(() => 1), id: null },
    { time: Float64Array.of(START), bidDepth: Float64Array.of(3), askDepth: Float64Array.of(4) },
  );
  await rooms.candles.append(series, bars, { kind: 'spot', source: 'test' });
  const { path } = await snapshotOf(rooms, series, await loadRecipe('gbdt-boll4', []));
  const { upTicks, downTicks, bidDepth, askDepth } = await readSnapshot(path('candles.arrow'));
  assert.deepEqual(
    { upTicks, downTicks, bidDepth, askDepth },
    { upTicks: bars.upTicks, downTicks: bars.downTicks, bidDepth: bars.bidDepth, askDepth: bars.askDepth },
  );
});

/** A home in which a model was trained on generated bars with a reversion strong enough to be learnt. */
async function trainedOnMadeUpBars(t: test.TestContext) {
  const rooms = await sampleRooms(t);
  const bars = generateCandles({
    ...DEFAULT_MARKET,
    timeframe: '1h',
    bars: 6_000,
    seed: 3,
    fromTime: START,
    edge: { strength: -0.3, bars: 8 },
  });
  await rooms.candles.append(MADE_UP, bars, { kind: 'swap', source: 'generated', synthetic: true });
  const { registered, snapshot } = await trainInProcess(rooms, MADE_UP, await loadRecipe('gbdt-boll4', []));
  const operation = (operationId: string) =>
    ({
      message: 'offer',
      series: MADE_UP,
      version: registered.version,
      operationId,
      actor: 'test',
      reason: 'I know better',
    }) satisfies VersionOperation;
  const activitiesWhere = (synthetic: Rooms['synthetic']) =>
    createRegistryActivities({ ...rooms, synthetic });
  return { rooms, registered, snapshot, operation, activitiesWhere };
}

test('a model trained on generated bars says so, is rejected where they are refused, and by no override champion', async t => {
  const { rooms, registered, snapshot, operation, activitiesWhere } = await trainedOnMadeUpBars(t);
  const facts = (await rooms.artifacts.load<SnapshotFacts>(snapshot.artifact)).result;
  assert.equal(facts.synthetic, true);
  const record = await rooms.registry.get(seriesId(MADE_UP), registered.version);
  const { meta, evidence } = await readPackage(rooms.artifacts, record);
  assert.equal(meta.synthetic, true);
  assert.ok(evidence.eligible && evidence.tradable, 'the planted edge was learnt');
  const { path } = await rooms.artifacts.load(record.package);
  assert.equal(JSON.parse(await readFile(path('meta.json'), 'utf8')).synthetic, true);
  assert.match(await readFile(path('card.md'), 'utf8'), /generated bars/);
  assert.equal(record.tradable, false);

  assert.equal(rooms.synthetic, 'refused', 'by default');
  const { describeOffer, settleOffer, promoteVersion } = activitiesWhere('refused');
  const { decision, reason } = decide(await runActivity(describeOffer, operation('a')), null);
  assert.equal(decision, 'rejected');
  assert.match(reason, /generated bars.*synthetic: refused/);
  await assert.rejects(runActivity(promoteVersion, operation('b')), { type: 'SYNTHETIC_REFUSED' });
  const settlement = { ...operation('c'), decision: 'promoted', champion: null, comparison: null } as const;
  await assert.rejects(runActivity(settleOffer, { ...settlement, reason: 'x' }), {
    type: 'SYNTHETIC_REFUSED',
  });
  assert.equal(await rooms.registry.champion(seriesId(MADE_UP)), null);
});

test('where generated bars are allowed it may be champion, but its predictions are not tradable', async t => {
  const { rooms, registered, operation, activitiesWhere } = await trainedOnMadeUpBars(t);
  const { describeOffer, promoteVersion } = activitiesWhere('allowed');
  const standing = await runActivity(describeOffer, operation('a'));
  assert.ok(!standing.failedRules.some(reason => reason.includes('generated')));
  assert.equal(standing.eligible, registered.eligible);
  assert.equal(decide(standing, null).decision, 'promoted');
  assert.equal((await runActivity(promoteVersion, operation('b'))).outcome, 'promoted');
  const prediction = await rooms.predictor.predict(MADE_UP);
  assert.equal(prediction.source, 'ML_PER_COIN_V1');
  assert.equal(prediction.tradable, false);
  const refused = activitiesWhere('refused');
  await assert.rejects(runActivity(refused.rollBack, { ...operation('c'), message: 'rollback' }), {
    type: 'SYNTHETIC_REFUSED',
  });
});

test('a model trained on recorded bars is not synthetic', async t => {
  const rooms = await sampleRooms(t);
  const { registered } = await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', []));
  const record = await rooms.registry.get(seriesId(SAMPLE.series), registered.version);
  assert.equal((await readPackage(rooms.artifacts, record)).meta.synthetic, false);
});
