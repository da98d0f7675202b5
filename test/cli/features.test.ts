import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createCandleStore } from '../../candles/store.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import { computeFeatures } from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { FROM_FILE, HOURLY, makeBars } from '../candles/fixtures.ts';
import { runCommand } from '../support/command.ts';
import { definitionsOf } from '../support/features.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const BARS = makeBars({ bars: 400 });
const FINE = `export default [{ name: 'mine', lookBack: 5, unit: 'share', source: 'mine',
  kernel: { column: ({ close }) => close.map((price, i) => price / close[i - 5] - 1) } }];`;
const LEAK = FINE.replace('close[i - 5]', 'close[i + 1]');

/** A home with 400 hourly bars of BTCUSD, and a file with a feature of one's own. */
async function setUp(t: TestContext, source = FINE) {
  const home = { root: await temporaryHome(t) };
  const store = createCandleStore(home.root, { now: Date.now });
  await store.append(HOURLY, BARS, FROM_FILE);
  await store.close();
  const file = join(home.root, 'mine.js');
  await writeFile(file, source);
  const features = async (...words: string[]) => {
    const { code, stdout } = await runCommand({ home, environment: {} }, 'features', ...words, '--json');
    return { code, answer: JSON.parse(stdout()) };
  };
  return { home, file, features };
}

test('the list holds every feature with its family, inputs and look-back, and those of a file', async t => {
  const { features, file } = await setUp(t);
  const { answer } = await features('list', '--files', file);
  assert.equal(answer.features.length, CATALOG.definitions.length + 1);
  const { name, family, inputs, lookBack, contentHash } = answer.features.at(-1);
  assert.deepEqual([name, family, inputs.length, lookBack], ['mine', 'own', 6, 5]);
  assert.match(contentHash, /^[0-9a-f]{64}$/);
  assert.equal(answer.sets.core15, 15);
});

test('the list can be narrowed to a family or a set', async t => {
  const { features } = await setUp(t);
  const names = async (...words: string[]) =>
    (await features('list', ...words)).answer.features.map((row: { name: string }) => row.name);
  assert.deepEqual(await names('--set', 'core15'), FEATURE_SETS.core15);
  assert.ok((await names('--family', 'volume')).includes('volume_ratio_20'));
  assert.equal((await features('list', '--family', 'volumes')).answer.error.code, 'FEATURE_UNKNOWN');
  assert.equal((await features('list', '--family', 'volume', '--set', 'core15')).code, 2);
});

test('an audit of sound features ends with 0, of a leak with 1 and its name', async t => {
  const { features, file } = await setUp(t);
  const clean = await features('audit', file, '--cuts', '4');
  assert.deepEqual([clean.code, clean.answer.findings, clean.answer.features], [0, [], ['mine']]);
  await writeFile(file, LEAK);
  const { code, answer } = await features('audit', file, '--series', 'coinbase:BTCUSD/1h', '--seed', '5');
  assert.equal(code, 1);
  assert.deepEqual([answer.bars, answer.seed, answer.series], [400, 5, 'coinbase:BTCUSD/1h']);
  assert.equal(answer.findings[0].kind, 'future value');
  assert.match(answer.findings[0].diagnosis, /1 bar ahead/);
});

test('a formula that ends its process does not pass for audited', async t => {
  const ending = FINE.replace('=> close.map', '=> close.length > 100 ? process.exit(3) : close.map');
  const { features, file } = await setUp(t, ending);
  const { code, answer } = await features('audit', file, '--series', 'coinbase:BTCUSD/1h');
  assert.equal(code, 1);
  assert.match(answer.error.message, /ended without an answer/);
});

test('a set is audited by its name; what is neither set nor file is refused', async t => {
  const { features } = await setUp(t);
  assert.equal((await features('audit', 'core15', '--cuts', '2')).answer.features.length, 15);
  assert.equal((await features('audit', 'core16')).answer.error.code, 'FEATURE_UNKNOWN');
  assert.equal((await features('audit', './nothing.ts')).answer.error.code, 'FEATURE_INVALID');
});

test('built features are kept: the second time nothing is computed', async t => {
  const { features, file } = await setUp(t);
  const words = ['build', 'BTCUSD/1h', '--files', file, '--names', 'mine,rsi_14'];
  const { answer } = await features(...words);
  assert.deepEqual([answer.rows, answer.newRows], [400, 400]);
  assert.deepEqual(answer.features, [
    { name: 'mine', missing: 5 },
    { name: 'rsi_14', missing: 14 },
  ]);
  assert.ok(answer.nsPerValue > 0);
  assert.equal((await features(...words)).answer.newRows, 0);
  assert.equal((await features(...words, '--anew')).answer.newRows, 400);
  assert.equal((await features('build', 'ETHUSD/1h')).answer.error.code, 'CANDLES_NOT_FOUND');
});

test('exported features are those a model sees, bit for bit', async t => {
  const { home, features } = await setUp(t);
  const path = join(home.root, 'out.json');
  const { answer } = await features('export', 'BTCUSD/1h', '--names', 'rsi_14,atr_14', '--out', path);
  assert.deepEqual(answer.files, [{ series: 'coinbase:BTCUSD/1h', path, rows: 400 }]);
  assert.deepEqual(answer.features, ['rsi_14', 'atr_14']);
  const rows = JSON.parse(await readFile(path, 'utf8'));
  const { columns } = computeFeatures(BARS, definitionsOf(['rsi_14', 'atr_14']), '1h', 'float32');
  for (const [row, { ts, rsi_14, atr_14 }] of rows.entries()) {
    assert.equal(ts, BARS.openTime[row]);
    assert.equal(Math.fround(rsi_14 ?? Number.NaN), columns.get('rsi_14')![row]);
    assert.equal(Math.fround(atr_14 ?? Number.NaN), columns.get('atr_14')![row]);
  }
});

test('features that look at a leader are exported with one, and not kept without', async t => {
  const { home, features } = await setUp(t);
  const store = createCandleStore(home.root, { now: Date.now });
  await store.append({ ...HOURLY, symbol: 'ETHUSD' }, BARS, FROM_FILE);
  await store.close();
  const leading = CATALOG.definitions.find(({ kernel }) => kernel.inputs.includes('leaderClose'))!.name;
  const words = ['export', 'BTCUSD/1h', '--names', leading, '--out', join(home.root, 'out.json')];
  assert.equal((await features(...words)).answer.error.code, 'FEATURE_INPUT_MISSING');
  assert.equal((await features(...words, '--leader', 'coinbase:ETHUSD')).answer.files[0].rows, 400);
  const { answer } = await features('build', 'BTCUSD/1h', '--names', leading);
  assert.equal(answer.error.code, 'FEATURE_INPUT_MISSING');
});

test('an export starts where it is told to, with values of the whole history', async t => {
  const { home, features } = await setUp(t);
  const path = join(home.root, 'out.csv');
  const from = new Date(BARS.openTime[300]).toISOString();
  const words = ['export', 'BTCUSD/1h', '--names', 'rsi_14', '--from', from, '--out', path];
  assert.equal((await features(...words)).answer.files[0].rows, 100);
  const [, first] = (await readFile(path, 'utf8')).split('\n');
  const { columns } = computeFeatures(BARS, definitionsOf(['rsi_14']), '1h', 'float32');
  assert.equal(Math.fround(Number(first.split(',')[1])), columns.get('rsi_14')![300]);
  assert.equal((await features(...words)).answer.error.code, 'FILE_EXISTS');
  assert.equal((await features(...words.slice(0, -1), join(home.root, 'out'))).code, 2);
});

test('features of several symbols are exported to a file each', async t => {
  const { home, features } = await setUp(t);
  const store = createCandleStore(home.root, { now: Date.now });
  await store.append({ ...HOURLY, symbol: 'ETHUSD' }, sliceCandles(BARS, 0, 300), FROM_FILE);
  await store.close();
  const out = join(home.root, 'many');
  const words = ['--symbols', 'BTCUSD,ETHUSD', '--timeframe', '1h', '--names', 'rsi_14', '--out', out];
  assert.equal((await features('export', ...words)).answer.error.code, 'USAGE');
  const { answer } = await features('export', ...words, '--format', 'csv');
  assert.deepEqual(answer.files, [
    { series: 'coinbase:BTCUSD/1h', path: join(out, 'coinbase-BTCUSD-1h.csv'), rows: 400 },
    { series: 'coinbase:ETHUSD/1h', path: join(out, 'coinbase-ETHUSD-1h.csv'), rows: 300 },
  ]);
  assert.deepEqual((await readdir(out)).sort(), ['coinbase-BTCUSD-1h.csv', 'coinbase-ETHUSD-1h.csv']);
});
