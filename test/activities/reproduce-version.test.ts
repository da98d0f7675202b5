import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Candles } from '../../contracts/candles.ts';
import { seriesId } from '../../contracts/series.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { readPackage } from '../../inference/package.ts';
import { exists } from '../../storage/files.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const SERIES = seriesId(SAMPLE.series);

function reproduce(rooms: Rooms, version = 1) {
  return runActivity(createTrainingActivities(rooms).reproduceVersion, { series: SAMPLE.series, version });
}

async function dropArtifacts(rooms: Rooms, ...steps: ('snapshot' | 'dataset' | 'fit' | 'model')[]) {
  const { meta } = await readPackage(rooms.artifacts, await rooms.registry.get(SERIES, 1));
  for (const step of steps) {
    const { folder } = await rooms.artifacts.load(meta.artifacts[step]);
    await rm(folder, { recursive: true });
  }
}

test('a version comes out the same to the last byte, from the bars that were kept and from the store’s as of then', async t => {
  const rooms = await sampleRooms(t);
  const asOf = Date.parse('2019-06-01');
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', []), asOf);
  const kept = await reproduce(rooms);
  assert.equal(kept.reason, 'v1 came out the same to the last byte.');
  assert.deepEqual([kept.identical, kept.bars, kept.differences, kept.answers], [true, 'kept', [], null]);
  assert.equal(kept.reproduced?.sha256, kept.original.sha256);
  assert.deepEqual(
    kept.steps.map(({ step, same, kept: isKept }) => [step, same, isKept]),
    [
      ['snapshot', true, true],
      ['dataset', true, false],
      ['fit', true, false],
      ['model', true, false],
    ],
  );
  assert.ok(kept.steps[2]!.workMs > 50, 'it was fitted, not found');

  await dropArtifacts(rooms, 'snapshot', 'fit');
  const again = await reproduce(rooms);
  assert.deepEqual([again.identical, again.bars, again.differences], [true, 'exported again', []]);
  assert.deepEqual(await readdir(join(rooms.home, 'reproductions', 'coinbase-BTCUSD-1h', 'v1')), []);
});

test('another platform is named; the model decides as before', async t => {
  const rooms = await sampleRooms(t);
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', []));
  const { identical, differences, answers, reason } = await reproduce({ ...rooms, platform: 'other-x64' });
  assert.equal(identical, false);
  assert.deepEqual(
    differences.map(({ step, what, name, after }) => [step, what, name, after]),
    [
      ['fit', 'platform', 'platform', 'other-x64'],
      ['model', 'platform', 'platform', 'other-x64'],
    ],
  );
  assert.deepEqual([answers?.maxDifference, answers?.otherDecisions], [0, 0]);
  assert.match(reason, /another file: what it is made of is not as it was \(platform\)\. It decides 0 of /);
});

test('bars that were changed since are named, and how much that changes', async t => {
  const rooms = await sampleRooms(t);
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', []));
  await dropArtifacts(rooms, 'snapshot');
  await rooms.candles.remove(SAMPLE.series);
  const candles = await readCandleFile(SAMPLE.path);
  await rooms.candles.append(SAMPLE.series, stretched(candles), { kind: SAMPLE.kind, source: 'sample' });
  const { identical, bars, differences, answers, steps } = await reproduce(rooms);
  assert.deepEqual([identical, bars], [false, 'exported again']);
  assert.deepEqual(
    differences.map(({ step, what }) => [step, what]),
    [['snapshot', 'data']],
  );
  assert.ok(steps.every(({ same }) => !same));
  assert.ok(answers!.rows > 1_000 && answers!.maxDifference > 0);
});

test('a feature of one’s own that changed since is named; one that is gone ends it with the reason', async t => {
  const rooms = await sampleRooms(t);
  const file = join(rooms.home, 'mine.js');
  const mine = (bars: number) => `
    export default [{ name: 'mine', lookBack: 9, unit: 'share', source: 'close / earlier close − 1',
      kernel: { column: ({ close }) => close.map((price, i) => price / close[i - ${bars}] - 1) } }];`;
  await writeFile(file, mine(7));
  const features = { names: ['roc_10', 'mine'], files: ['mine.js'] };
  const recipe = await loadRecipe('gbdt-core15', [], { features, 'train.params.rounds': 15 }, rooms.home);
  await trainInProcess(rooms, SAMPLE.series, recipe);
  assert.equal((await reproduce(rooms)).identical, true);
  await writeFile(file, mine(9));
  const changed = await reproduce(rooms);
  assert.deepEqual(
    changed.differences.map(({ step, what, name }) => [step, what, name]),
    [['dataset', 'features', 'schema']],
  );
  await rm(file);
  const { failure, reproduced, reason } = await reproduce(rooms);
  assert.deepEqual([failure?.code, reproduced], ['FEATURE_INVALID', null]);
  assert.match(reason, /^v1 could not be trained again: .*mine\.js/);
});

test('what an earlier run left behind is removed', async t => {
  const rooms = await sampleRooms(t);
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-rsi', []));
  const left = join(rooms.home, 'reproductions', 'coinbase-BTCUSD-1h', 'v1', 'earlier');
  await mkdir(left, { recursive: true });
  assert.equal((await reproduce(rooms)).identical, true);
  assert.equal(await exists(left), false);
});

/** The same bars with every hundredth close moved within its range. */
function stretched(candles: Candles): Candles {
  const close = candles.close.slice();
  for (let bar = 0; bar < close.length; bar += 100) close[bar] = (candles.high[bar]! + candles.low[bar]!) / 2;
  return { ...candles, close };
}
