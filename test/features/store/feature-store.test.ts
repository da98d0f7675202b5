import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCandleStore } from '../../../candles/store.ts';
import { type Candles, sliceCandles } from '../../../contracts/candles.ts';
import type { Series } from '../../../contracts/series.ts';
import { computeFeatures } from '../../../features/batch.ts';
import { schemaHash } from '../../../features/schema.ts';
import { createFeatureStore } from '../../../features/store/feature-store.ts';
import { createMaterialiser } from '../../../features/store/materialiser.ts';
import { FROM_FILE, HOURLY, NOW, temporaryFolder } from '../../candles/fixtures.ts';
import { BARS, DEFINITIONS, FIRST_BARS } from './materialising-process.ts';

const NAMES = DEFINITIONS.map(({ name }) => name);
const KEY = { series: HOURLY, schemaHash: schemaHash(DEFINITIONS), names: NAMES };
const OTHER: Series = { ...HOURLY, symbol: 'ETHUSD' };
const KILLS = Number(process.env.ALPHALOOM_TEST_KILLS ?? 10);

async function open(t: TestContext, bars: Candles, root = temporaryFolder(t)) {
  const candles = createCandleStore(root, { now: () => NOW });
  const features = createFeatureStore(root);
  t.after(async () => {
    await features.close();
    await candles.close();
  });
  if (bars.openTime.length > 0) await candles.append(HOURLY, bars, FROM_FILE);
  return { root, candles, features, materialiser: createMaterialiser(candles, features) };
}

function expected(bars: Candles) {
  return computeFeatures(bars, DEFINITIONS, HOURLY.timeframe, 'float32').columns;
}

test('the whole history is computed once, then each bar as it comes, equal to the batch bit for bit', async t => {
  const { candles, features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  const [first] = await materialiser.materialise([HOURLY], DEFINITIONS);
  assert.ok(first.ok && first.rows === FIRST_BARS);
  for (let bar = FIRST_BARS; bar < FIRST_BARS + 40; bar++) {
    await candles.appendRecent([{ series: HOURLY, candles: sliceCandles(BARS, bar, bar + 1) }]);
    const [next] = await materialiser.materialise([HOURLY], DEFINITIONS);
    assert.deepEqual(next, { series: HOURLY, ok: true, rows: 1, lastTime: BARS.openTime[bar] });
  }
  const rows = await features.read(KEY);
  assert.deepEqual(rows?.openTime, BARS.openTime.slice(0, FIRST_BARS + 40));
  assert.deepEqual(rows?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS + 40)));
});

test('a new process goes on where the stored rows end', async t => {
  const { candles, features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  await materialiser.materialise([HOURLY], DEFINITIONS);
  await candles.appendRecent([{ series: HOURLY, candles: sliceCandles(BARS, FIRST_BARS, FIRST_BARS + 3) }]);
  const [next] = await createMaterialiser(candles, features).materialise([HOURLY], DEFINITIONS);
  assert.ok(next.ok && next.rows === 3);
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS + 3)));
});

test('bars filled in further back have all rows computed anew', async t => {
  const rows = [...BARS.openTime.slice(0, FIRST_BARS).keys()].filter(row => row < 100 || row >= 110);
  const holed = Object.fromEntries(
    Object.entries(BARS).map(([name, column]) => [name, Float64Array.from(rows, row => column[row])]),
  ) as unknown as Candles;
  const { candles, features, materialiser } = await open(t, holed);
  await materialiser.materialise([HOURLY], DEFINITIONS);
  await candles.append(HOURLY, sliceCandles(BARS, 100, 110), FROM_FILE);
  await materialiser.materialise([HOURLY], DEFINITIONS);
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS)));
});

for (const who of ['the process that computed them', 'another process']) {
  test(`features of a series that was dropped and made again with a bar mended are computed anew by ${who}`, async t => {
    const { candles, features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
    await materialiser.materialise([HOURLY], DEFINITIONS);
    const mended = { ...sliceCandles(BARS, 0, FIRST_BARS), close: BARS.close.slice(0, FIRST_BARS) };
    mended.close[100] = mended.low[100];
    await candles.remove(HOURLY);
    await candles.append(HOURLY, mended, FROM_FILE);
    const next = who === 'another process' ? createMaterialiser(candles, features) : materialiser;
    await next.materialise([HOURLY], DEFINITIONS);
    assert.deepEqual((await features.read(KEY))?.columns, expected(mended));
  });
}

test('folding moves rows into files and changes nothing that is read', async t => {
  const { root, candles, features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  await materialiser.materialise([HOURLY], DEFINITIONS);
  await candles.appendRecent([{ series: HOURLY, candles: sliceCandles(BARS, FIRST_BARS, FIRST_BARS + 50) }]);
  await materialiser.materialise([HOURLY], DEFINITIONS);
  const before = await features.read(KEY);
  assert.equal(await features.fold(KEY, BARS.openTime[FIRST_BARS + 20]), 20);
  assert.equal(await features.fold(KEY, BARS.openTime[FIRST_BARS + 20]), 0);
  assert.deepEqual(await features.read(KEY), before);
  const range = { from: BARS.openTime[10], to: BARS.openTime[FIRST_BARS + 30] };
  assert.deepEqual((await features.read(KEY, range))?.openTime, BARS.openTime.slice(10, FIRST_BARS + 30));
  const folder = join(root, 'features/coinbase/BTCUSD/1h');
  assert.equal(readdirSync(join(folder, readdirSync(folder)[0])).length, 1, 'small files are merged');
});

test('rows that come while older ones are folded are not lost', async t => {
  const { features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  await materialiser.materialise([HOURLY], DEFINITIONS);
  const whole = computeFeatures(BARS, DEFINITIONS, HOURLY.timeframe, 'float32').columns;
  const entry = (from: number, to: number) => ({
    ...KEY,
    anchorTime: BARS.openTime[0],
    rows: {
      openTime: BARS.openTime.slice(from, to),
      columns: new Map([...whole].map(([name, column]) => [name, column.slice(from, to)])),
    },
  });
  await features.append([entry(FIRST_BARS, FIRST_BARS + 5)]);
  const folding = features.fold(KEY, Infinity);
  await features.append([entry(FIRST_BARS + 5, FIRST_BARS + 9)]);
  await folding;
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS + 9)));
  await features.fold(KEY, Infinity);
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS + 9)));
});

test('a damaged file is told as such, and its rows can be computed again', async t => {
  const { root, candles, features, materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  await materialiser.materialise([HOURLY], DEFINITIONS);
  const folder = join(root, 'features/coinbase/BTCUSD/1h');
  const hash = readdirSync(folder)[0];
  const [file] = readdirSync(join(folder, hash));
  for (const spoil of [
    () => writeFileSync(join(folder, hash, file), 'rubbish'),
    () => rmSync(join(folder, hash, file)),
  ]) {
    spoil();
    assert.equal(await features.read(KEY), null);
  }
  const rebuilt = await createMaterialiser(candles, features).rebuild([HOURLY], DEFINITIONS);
  assert.ok(rebuilt[0].ok && rebuilt[0].rows === FIRST_BARS);
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, FIRST_BARS)));
});

test('a series that fails stops no other', async t => {
  const { materialiser } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  const [none, btc] = await materialiser.materialise([OTHER, HOURLY], DEFINITIONS);
  assert.equal(!none.ok && none.error.code, 'CANDLES_NOT_FOUND');
  assert.ok(btc.ok);
});

test(`killed ${KILLS} times at any moment, the store is readable and the next process goes on`, async t => {
  const { root, candles, features } = await open(t, sliceCandles(BARS, 0, FIRST_BARS));
  let before = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startMaterialising(root);
    await once(child.stdout!, 'data');
    await sleep((kill * 37) % 60);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const rows = await features.read(KEY);
    assert.ok(rows, 'readable');
    assert.ok(rows.openTime.length >= before, 'no row is lost');
    before = rows.openTime.length;
    assert.deepEqual(rows.columns, expected(sliceCandles(BARS, 0, before)));
  }
  const { bars } = await candles.describe(HOURLY);
  await createMaterialiser(candles, features).materialise([HOURLY], DEFINITIONS);
  assert.deepEqual((await features.read(KEY))?.columns, expected(sliceCandles(BARS, 0, bars)));
});

function startMaterialising(root: string): ChildProcess {
  const script = join(import.meta.dirname, 'materialising-process.ts');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
