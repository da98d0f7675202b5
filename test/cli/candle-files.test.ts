import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { createCandleStore } from '../../candles/store.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { FROM_FILE, HOURLY, makeBars, sameBits } from '../candles/fixtures.ts';
import { goldenPath } from '../candles/import/files.ts';
import { runCommand } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const BARS = makeBars();
const OTHER = { ...HOURLY, symbol: 'ETHUSD' };

/** A home with two series of the same 48 bars, and a folder for files. */
async function setUp(t: TestContext) {
  const home = { root: await temporaryHome(t) };
  const store = createCandleStore(home.root, { now: Date.now });
  for (const series of [HOURLY, OTHER]) await store.append(series, BARS, FROM_FILE);
  await store.close();
  const folder = await temporaryHome(t);
  const candles = (...words: string[]) =>
    runCommand({ home, environment: {} }, 'candles', ...words, '--json');
  return { home, folder, candles };
}

test('a series is exported to the file that is named, in the format of its name', async t => {
  const { folder, candles } = await setUp(t);
  for (const format of ['csv', 'json', 'parquet']) {
    const path = join(folder, `btc.${format}`);
    const { code, stdout } = await candles('export', 'BTCUSD/1h', '--out', path);
    assert.equal(code, 0, stdout());
    assert.deepEqual(JSON.parse(stdout()).files, [{ series: 'coinbase:BTCUSD/1h', path, bars: 48 }]);
    assert.ok(sameBits(await readCandleFile(path), BARS));
  }
});

test('several series are exported to a folder, a file each, within a range', async t => {
  const { folder, candles } = await setUp(t);
  const { code, stdout } = await candles(
    ...['export', '--symbols', 'BTCUSD,ETHUSD', '--timeframe', '1h', '--format', 'csv', '--time', 'iso'],
    ...['--from', '2024-01-01T10:00Z', '--to', '2024-01-02', '--out', join(folder, 'new/exported')],
  );
  assert.equal(code, 0, stdout());
  assert.deepEqual(await readdir(join(folder, 'new/exported')), [
    'coinbase-BTCUSD-1h.csv',
    'coinbase-ETHUSD-1h.csv',
  ]);
  const path = join(folder, 'new/exported/coinbase-ETHUSD-1h.csv');
  assert.match(await readFile(path, 'utf8'), /^ts,open,high,low,close,volume\n2024-01-01T10:00:00\.000Z,/);
  assert.ok(sameBits(await readCandleFile(path), sliceCandles(BARS, 10, 24)));
});

test('an export replaces a file only by --force, and writes none of several where one is there', async t => {
  const { folder, candles } = await setUp(t);
  const taken = join(folder, 'coinbase-ETHUSD-1h.csv');
  await writeFile(taken, 'mine');
  const words = [
    'export',
    '--symbols',
    'BTCUSD,ETHUSD',
    '--timeframe',
    '1h',
    '--format',
    'csv',
    '--out',
    folder,
  ];
  const { code, stdout } = await candles(...words);
  assert.equal(code, 2);
  assert.equal(JSON.parse(stdout()).error.code, 'FILE_EXISTS');
  assert.deepEqual(await readdir(folder), ['coinbase-ETHUSD-1h.csv']);
  assert.equal(await readFile(taken, 'utf8'), 'mine');
  assert.equal((await candles(...words, '--force')).code, 0);
  assert.ok(sameBits(await readCandleFile(taken), BARS));
});

const misuses: [string, readonly string[], string, RegExp][] = [
  ['no series', ['--out', 'x.csv'], 'USAGE', /Name at least one symbol/],
  ['a series and symbols', ['BTCUSD/1h', '--symbols', 'X', '--out', 'x.csv'], 'USAGE', /not both/],
  ['an unknown format', ['BTCUSD/1h', '--format', 'xlsx', '--out', 'x.xlsx'], 'USAGE', /json, csv, parquet/],
  ['a name without a format', ['BTCUSD/1h', '--out', 'x'], 'USAGE', /must end in \.json, \.csv, \.parquet/],
  [
    'a name of another format',
    ['BTCUSD/1h', '--format', 'json', '--out', 'x.csv'],
    'USAGE',
    /must end in \.json,/,
  ],
  ['a folder without a format', ['BTCUSD/1h', '--out', 'x/'], 'USAGE', /Say which --format/],
  ['a series that is not there', ['XUSD/1h', '--out', 'x.csv'], 'CANDLES_NOT_FOUND', /XUSD/],
  ['a wrong time', ['BTCUSD/1h', '--from', 'monday', '--out', 'x.csv'], 'TIME_INVALID', /monday/],
  [
    'an empty range',
    ['BTCUSD/1h', '--from', '2030-01-01', '--out', 'x.csv'],
    'CANDLES_NOT_FOUND',
    /in that range/,
  ],
];
for (const [name, words, code, message] of misuses) {
  test(`an export with ${name} is refused, and nothing is written`, async t => {
    const { folder, candles } = await setUp(t);
    const placed = words.map(word => (/^x($|[./])/.test(word) ? `${folder}/${word}` : word));
    const { error } = JSON.parse((await candles('export', ...placed)).stdout());
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.deepEqual(await readdir(folder), []);
  });
}

/** A freqtrade folder with one good file and, if asked for, one bad. */
async function userFolder(folder: string, bad = false): Promise<string> {
  const userDir = join(folder, 'user_data');
  await mkdir(join(userDir, 'data/binance'), { recursive: true });
  await copyFile(goldenPath('freqtrade.feather'), join(userDir, 'data/binance/BTC_USDT-1h.feather'));
  if (bad) await writeFile(join(userDir, 'data/binance/ETH_USDT-1h.feather'), 'ARROW1');
  const config = {
    exchange: { name: 'binance', key: 'k3y-abc', pair_whitelist: ['BTC/USDT'] },
    freqai: { identifier: 'one', feature_parameters: { label_period_candles: 12 } },
  };
  await writeFile(join(userDir, 'config.json'), JSON.stringify(config));
  return userDir;
}

test('a freqtrade folder gives bars, a recipe that training takes, symbols and a report', async t => {
  const { folder, candles } = await setUp(t);
  const out = join(folder, 'out');
  const { code, stdout } = await candles('import-freqtrade', await userFolder(folder), '--out', out);
  assert.equal(code, 0, stdout());
  const names = ['freqtrade-report.json', 'freqtrade-report.txt', 'freqtrade-symbols.txt', 'freqtrade.yaml'];
  assert.deepEqual(await readdir(out), names);
  const recipe = await loadRecipe(join(out, 'freqtrade.yaml'), []);
  assert.deepEqual([recipe.name, recipe.labels.horizonBars], ['freqtrade-one', 12]);
  assert.equal(await readFile(join(out, 'freqtrade-symbols.txt'), 'utf8'), 'binance:BTCUSDT\n');
  for (const name of names) assert.doesNotMatch(await readFile(join(out, name), 'utf8'), /k3y-abc/);
  assert.match((await candles('list')).stdout(), /binance:BTCUSDT\/1h/);
  const again = await candles('import-freqtrade', join(folder, 'user_data'), '--out', out);
  assert.equal(JSON.parse(again.stdout()).error.code, 'FILE_EXISTS');
});

test('without --out, what is proposed goes to a new folder of the home each time', async t => {
  const { home, folder, candles } = await setUp(t);
  const userDir = await userFolder(folder);
  for (const expected of ['user_data', 'user_data-2']) {
    const { out } = JSON.parse((await candles('import-freqtrade', userDir)).stdout());
    assert.equal(out, join(home.root, 'freqtrade', expected));
  }
  assert.deepEqual(await readdir(userDir), ['config.json', 'data']);
});

test('a folder that is no freqtrade folder is refused, and nothing is written', async t => {
  const { home, folder, candles } = await setUp(t);
  const { code, stdout } = await candles('import-freqtrade', folder);
  assert.equal(code, 2);
  const { error } = JSON.parse(stdout());
  assert.equal(error.code, 'FILE_NOT_FOUND');
  assert.match(error.message, /neither config\.json nor .* data\//);
  assert.ok(!(await readdir(home.root)).includes('freqtrade'));
});

test('a freqtrade folder with a bad file ends with 1 and a table; a dry run writes nothing', async t => {
  const { home, folder, candles } = await setUp(t);
  const userDir = await userFolder(folder, true);
  const dry = await candles('import-freqtrade', userDir, '--dry-run');
  assert.equal(dry.code, 1);
  assert.deepEqual(
    JSON.parse(dry.stdout()).files.map(({ outcome }: { outcome: string }) => outcome),
    ['would import', 'failed'],
  );
  assert.ok(!(await readdir(home.root)).includes('freqtrade'));
  assert.doesNotMatch((await candles('list')).stdout(), /binance/);
  const place = { home, environment: {} };
  const { code, stdout } = await runCommand(place, 'candles', 'import-freqtrade', userDir);
  assert.equal(code, 1);
  assert.match(stdout(), /BTC_USDT-1h\.feather +binance:BTCUSDT\/1h +imported +48 +-\n/);
  assert.match(stdout(), /ETH_USDT-1h\.feather +binance:ETHUSDT\/1h +failed +- +.*can’t be read/);
  assert.match(stdout(), /1 failed; the others were not held up\./);
});
