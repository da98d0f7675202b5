import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { writeTable } from '../../../candles/export/table-file.ts';
import { type FreqtradeReport, importFreqtrade } from '../../../candles/import/freqtrade/index.ts';
import { reportText } from '../../../candles/import/freqtrade/report.ts';
import { CANDLE_COLUMNS } from '../../../contracts/candles.ts';
import { parseRecipe } from '../../../contracts/recipe.ts';
import { seriesId } from '../../../contracts/series.ts';
import { NOW, sameBits, temporaryFolder, temporaryStore } from '../fixtures.ts';
import { goldenBars, goldenPath } from './files.ts';

const SECRETS = [
  'k3y-abc',
  's3cret-def',
  'p4ss-ghi',
  '123:telegram-token',
  '998877',
  'jwt-xyz',
  'https://hook.example/zz',
  'ccxt-inner',
];

/** As freqtrade takes it: with comments and trailing commas. */
const CONFIG = `{
  // how much
  "max_open_trades": 3,
  "stake_currency": "USDT", "stake_amount": "unlimited", "tradable_balance_ratio": 0.99,
  "timeframe": "1h", "trading_mode": "spot", "fee": 0.001, "stoploss": -0.10,
  "minimal_roi": { "60": 0.01, "0": 0.04, },
  /* the exchange, "with" // marks */
  "exchange": {
    "name": "binance", "key": "k3y-abc", "secret": "s3cret-def", "password": "p4ss-ghi",
    "ccxt_config": { "apiKey": "ccxt-inner", "enableRateLimit": true },
    "pair_whitelist": ["BTC/USDT", "ETH/USDT", "DOGE/USDT", ".*/EUR", "(a+)+$/USDT"],
    "pair_blacklist": ["(DOGE|SHIB)/.*",],
  },
  "telegram": { "enabled": true, "token": "123:telegram-token", "chat_id": "998877" },
  "api_server": { "listen_port": 8080, "jwt_secret_key": "jwt-xyz", "password": "p4ss-ghi" },
  "discord": { "webhook_url": "https://hook.example/zz" },
  "pairlists": [{ "method": "StaticPairList" }, { "method": "AgeFilter", "min_days_listed": 10 }],
  "freqaimodel": "LightGBMClassifier",
  "strategy": "Mine",
  "an_invention": 1,
  "add_config_files": ["more/freqai.json"],
}`;
const FREQAI = {
  fee: 0.5,
  freqai: {
    enabled: true,
    identifier: 'My Model #7',
    train_period_days: 30,
    backtest_period_days: 10,
    expiration_hours: 50,
    feature_parameters: {
      label_period_candles: 20,
      include_timeframes: ['1h', '4h'],
      include_corr_pairlist: ['BTC/USDT'],
      include_shifted_candles: 2,
      DI_threshold: 0.9,
    },
    data_split_parameters: { test_size: 0.25, shuffle: false, random_state: 42 },
    model_training_parameters: { n_estimators: 800, learning_rate: 0.02, task_type: 'GPU' },
  },
};

function write(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A user folder with bars in every form that freqtrade writes, of the bundled sample. */
async function userFolder(t: TestContext): Promise<string> {
  const folder = join(temporaryFolder(t), 'user_data');
  const bars = await goldenBars();
  const rows = JSON.stringify(
    Array.from(bars.openTime, (_, row) => CANDLE_COLUMNS.map(name => bars[name][row])),
  );
  const spot = 'data/binance';
  write(folder, `${spot}/ETH_USDT-1h.json`, rows);
  write(folder, `${spot}/LTC_EUR-1h.json.gz`, gzipSync(rows));
  copyFileSync(goldenPath('freqtrade.feather'), join(folder, spot, 'BTC_USDT-1h.feather'));
  const { openTime, open, high, low, close, volume } = bars;
  const columns = new Map(Object.entries({ open, high, low, close, volume }));
  const options = { format: 'parquet', timeStyle: 'iso', overwrite: false } as const;
  await writeTable(join(folder, 'data/kraken/XRP_USD-1h.parquet'), [{ time: openTime, columns }], options);
  mkdirSync(join(folder, spot, 'futures'));
  const futures = join(folder, spot, 'futures/BTC_USDT_USDT-1h-');
  for (const kind of ['futures', 'mark', 'funding_rate'])
    copyFileSync(goldenPath('freqtrade.feather'), `${futures}${kind}.feather`);
  for (const name of [
    'BTC_USDT-trades.feather',
    'BTC_USDT-5m.h5',
    'BTC_USDT-3m.feather',
    'notes.txt',
    'btc-1h.json',
  ])
    write(folder, `${spot}/${name}`, 'x');
  write(folder, `${spot}/futures/BTC_USDT_USDT-240329-1h-futures.feather`, 'x');
  write(folder, 'config.json', CONFIG);
  write(folder, 'more/freqai.json', JSON.stringify(FREQAI));
  return folder;
}

const OPTIONS = { config: 'config.json', dryRun: false, nowMs: NOW, onFile: () => {} };

function outcomes(report: FreqtradeReport): Record<string, string> {
  return Object.fromEntries(
    report.files.map(file => [
      file.path.replace('data/', ''),
      'reason' in file ? `${file.outcome}: ${file.reason}` : `${file.outcome} ${seriesId(file.series!)}`,
    ]),
  );
}

test('a freqtrade folder’s bars are stored under the venues and symbols they belong to; the rest is named', async t => {
  const store = temporaryStore(t);
  const report = await importFreqtrade(store, await userFolder(t), OPTIONS);
  const dated = 'not imported: a dated future: only perpetual swaps and spot are kept';
  assert.deepEqual(outcomes(report), {
    'binance/BTC_USDT-1h.feather': 'imported binance:BTCUSDT/1h',
    'binance/BTC_USDT-3m.feather':
      'not imported: "3m" is not a timeframe. Use one of 1s, 1m, 5m, 15m, 30m, 1h, 4h, 1d.',
    'binance/BTC_USDT-5m.h5':
      'not imported: HDF5 is not read: convert it to Feather (freqtrade convert-data)',
    'binance/BTC_USDT-trades.feather': 'not imported: trades, not bars',
    'binance/ETH_USDT-1h.json': 'imported binance:ETHUSDT/1h',
    'binance/LTC_EUR-1h.json.gz': 'imported binance:LTCEUR/1h',
    'binance/btc-1h.json': 'not imported: not named as freqtrade names its bars',
    'binance/notes.txt': 'not imported: not named as freqtrade names its bars',
    'binance/futures/BTC_USDT_USDT-1h-funding_rate.feather':
      'not imported: funding rates, not bars of a market',
    'binance/futures/BTC_USDT_USDT-1h-futures.feather': 'imported binance-usdm:BTCUSDT/1h',
    'binance/futures/BTC_USDT_USDT-1h-mark.feather':
      'not imported: mark and index prices, not bars of what was traded',
    'binance/futures/BTC_USDT_USDT-240329-1h-futures.feather': dated,
    'kraken/XRP_USD-1h.parquet': 'imported kraken:XRPUSD/1h',
  });
  assert.equal(report.failed, 0);
  const bars = await goldenBars();
  const stored = await store.list();
  assert.deepEqual(
    stored.map(({ series, kind }) => `${seriesId(series)} ${kind}`),
    [
      'binance:BTCUSDT/1h spot',
      'binance:ETHUSDT/1h spot',
      'binance:LTCEUR/1h spot',
      'binance-usdm:BTCUSDT/1h swap',
      'kraken:XRPUSD/1h spot',
    ],
  );
  for (const { series } of stored) assert.ok(sameBits(await store.read(series), bars), seriesId(series));
});

test('pairs are those of the whitelist, patterns by the data, less the blacklist', async t => {
  const { symbols, passedOver } = await importFreqtrade(temporaryStore(t), await userFolder(t), OPTIONS);
  assert.deepEqual(symbols, ['binance:BTCUSDT', 'binance:ETHUSDT', 'binance:LTCEUR']);
  assert.deepEqual(passedOver, [
    { pair: 'DOGE/USDT', reason: 'blacklisted by (DOGE|SHIB)/.*' },
    { pair: '(a+)+$/USDT', reason: 'no pair, nor a pattern that fits stored data' },
  ]);
});

test('FreqAI settings become a proposed recipe, which is one', async t => {
  const { recipe } = await importFreqtrade(temporaryStore(t), await userFolder(t), OPTIONS);
  const { name, markets, labels, split, train, costs, maxModelAgeDays } = parseRecipe(parse(recipe!), 'test');
  assert.equal(name, 'freqtrade-my-model-7');
  assert.deepEqual(markets, ['spot']);
  assert.equal(labels.horizonBars, 20);
  // 10 of 40 days are evaluated; a quarter of the others only stops the training.
  assert.deepEqual([split.train, split.validation, split.test], [0.5625, 0.1875, 0.25]);
  assert.equal(train.seed, 42);
  assert.deepEqual([train.params.rounds, train.params.learning_rate], [800, 0.02]);
  // The file's own fee wins over that of the file it adds.
  assert.equal(costs.feeBps, 10);
  assert.equal(maxModelAgeDays, 3);
});

/** Paths of all values of a configuration. */
function keysOf(value: unknown, path = ''): string[] {
  const isNested =
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 0 &&
    !(Array.isArray(value) && value.every(item => typeof item !== 'object'));
  if (!isNested) return [path];
  return Object.entries(value as object).flatMap(([key, each]) =>
    keysOf(each, path ? `${path}.${key}` : key),
  );
}

test('every key of the configuration is in the report, mapped or with the reason why not', async t => {
  const { settings } = await importFreqtrade(temporaryStore(t), await userFolder(t), OPTIONS);
  const plain = CONFIG.replace(/\/\/ how.*|\/\*.*\*\//g, '').replace(/,(\s*[}\]])/g, '$1');
  const expected = new Set([...keysOf(JSON.parse(plain)), ...keysOf(FREQAI)]);
  assert.deepEqual(new Set(settings.map(({ key }) => key)), expected);
  const of = (key: string) => settings.find(setting => setting.key === key);
  assert.match(JSON.stringify(of('trading_mode')), /"mapped":"the recipe’s markets/);
  assert.match(JSON.stringify(of('stoploss')), /"reason":"a recipe’s levels are barriers in ATR/);
  assert.match(JSON.stringify(of('pairlists.1.min_days_listed')), /fixed list/);
  assert.deepEqual(of('an_invention'), { key: 'an_invention', reason: 'not known here' });
  for (const key of [
    'exchange.key',
    'exchange.secret',
    'exchange.password',
    'telegram.token',
    'telegram.chat_id',
    'api_server.jwt_secret_key',
    'discord.webhook_url',
    'exchange.ccxt_config.apiKey',
  ])
    assert.deepEqual(of(key), { key, reason: 'secret' });
});

test('no secret gets into anything that is written', async t => {
  const report = await importFreqtrade(temporaryStore(t), await userFolder(t), OPTIONS);
  const written = JSON.stringify(report) + reportText(report) + report.recipe;
  for (const secret of SECRETS) assert.ok(!written.includes(secret), secret);
  assert.match(reportText(report), /exchange\.key: not mapped: secret\n/);
});

test('a dry run reads and checks everything and stores nothing', async t => {
  const store = temporaryStore(t);
  const report = await importFreqtrade(store, await userFolder(t), { ...OPTIONS, dryRun: true });
  assert.equal(report.files.filter(file => file.outcome === 'would import').length, 5);
  assert.deepEqual(await store.list(), []);
});

test('a bad file does not stop the others, and what was there is no failure', async t => {
  const store = temporaryStore(t);
  const folder = await userFolder(t);
  write(folder, 'data/binance/ADA_USDT-1h.feather', 'ARROW1 and then nothing');
  write(folder, 'data/binance/BCH_USDT-1h.json', '[[1,2,3]]');
  const first = await importFreqtrade(store, folder, OPTIONS);
  assert.equal(first.failed, 2);
  assert.match(outcomes(first)['binance/ADA_USDT-1h.feather'], /^failed: .*can’t be read/);
  assert.match(outcomes(first)['binance/BCH_USDT-1h.json'], /^failed: .*row 1: it has 3 cells/);
  assert.equal((await store.list()).length, 5);
  const again = await importFreqtrade(store, folder, OPTIONS);
  const bars = again.files.flatMap(file => (file.outcome === 'imported' ? [[file.added, file.skipped]] : []));
  assert.deepEqual(bars, Array(5).fill([0, 48]));
});

test('nothing outside the folder is read, wherever links and paths lead', async t => {
  const store = temporaryStore(t);
  const folder = await userFolder(t);
  const outside = temporaryFolder(t);
  copyFileSync(goldenPath('freqtrade.feather'), join(outside, 'SOL_USDT-1h.feather'));
  write(outside, 'secret.json', '{"fee": 0.002}');
  symlinkSync(join(outside, 'SOL_USDT-1h.feather'), join(folder, 'data/binance/SOL_USDT-1h.feather'));
  symlinkSync(outside, join(folder, 'data/okx'));
  symlinkSync('/dev/zero', join(folder, 'data/binance/TRX_USDT-1h.json'));
  symlinkSync('DOT_USDT-1h.json', join(folder, 'data/binance/DOT_USDT-1h.json'));
  const report = await importFreqtrade(store, folder, OPTIONS);
  const found = outcomes(report);
  assert.match(found['binance/SOL_USDT-1h.feather'], /^failed: .*leads out of/);
  assert.match(found['binance/TRX_USDT-1h.json'], /^failed: .*leads out of/);
  assert.match(found['binance/DOT_USDT-1h.json'], /^failed: .*leads nowhere/);
  assert.match(found.okx, /^not imported: .*leads out of/);
  assert.equal((await store.list()).length, 5);
  for (const path of [join(outside, 'secret.json'), '../../secret.json', '\u0000', '/dev/zero']) {
    write(folder, 'config.json', JSON.stringify({ add_config_files: [path] }));
    const { configFault, failed, recipe } = await importFreqtrade(store, folder, {
      ...OPTIONS,
      dryRun: true,
    });
    assert.match(configFault!, /leads (out of|nowhere)|There is no file/, path);
    assert.ok(failed > 0 && recipe === null);
  }
});

const badConfigs: [string, string, RegExp][] = [
  ['is no JSON', '{"fee": ', /is not JSON/],
  ['is a list', '[1]', /not an object of settings/],
  ['adds itself', '{"add_config_files": ["config.json"]}', /add each other without end/],
  ['adds what is no path', '{"add_config_files": [5]}', /not a list of paths/],
  ['adds a file that is not there', '{"add_config_files": ["none.json"]}', /There is no file none\.json/],
  ['is too long', `{"a": "${'x'.repeat(1_000_001)}"}`, /longer than 1000000 bytes/],
  ['is all comments', '/*'.repeat(400_000), /is not JSON/],
  ['is all quotes and commas', '",'.repeat(400_000), /is not JSON/],
];
for (const [name, text, message] of badConfigs) {
  test(`a configuration that ${name} is told of at once, and the bars are imported`, async t => {
    const store = temporaryStore(t);
    const folder = await userFolder(t);
    write(folder, 'config.json', text);
    const started = performance.now();
    const { configFault, failed } = await importFreqtrade(store, folder, OPTIONS);
    assert.match(configFault!, message);
    assert.equal(failed, 1);
    assert.equal((await store.list()).length, 5);
    assert.ok(performance.now() - started < 5_000);
  });
}

test('settings of absurd values, names and depth do no harm', async t => {
  const folder = await userFolder(t);
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  write(folder, 'more/deep.json', `{"deep": ${deep}}`);
  write(
    folder,
    'config.json',
    `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "deep": ${deep}, "fee": "1e9",
      "trading_mode": {"x": 1}, "timeframe": 5, "exchange": {"name": "../../etc", "pair_whitelist": ["A/B", 5]},
      "freqai": {"identifier": "../../../x", "train_period_days": 1e-6, "backtest_period_days": 1e5},
      "add_config_files": ["more/deep.json"]}`,
  );
  const { recipe, passedOver, settings, configFault } = await importFreqtrade(
    temporaryStore(t),
    folder,
    OPTIONS,
  );
  assert.equal(configFault, null);
  const { name, split } = parseRecipe(parse(recipe!), 'test');
  assert.equal(name, 'freqtrade-x');
  assert.equal(split.test, 0.6);
  assert.match(passedOver[0].reason, /not a venue name/);
  assert.match(JSON.stringify(settings.find(({ key }) => key === 'fee')), /expected a number/);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test('a folder without configuration or data is an empty report; a missing one an error', async t => {
  const folder = temporaryFolder(t);
  const store = temporaryStore(t);
  const report = await importFreqtrade(store, folder, OPTIONS);
  assert.deepEqual([report.files, report.recipe, report.failed], [[], null, 0]);
  await assert.rejects(importFreqtrade(store, join(folder, 'none'), OPTIONS), { code: 'FILE_NOT_FOUND' });
  assert.ok(existsSync(folder) && readdirSync(folder).length === 0, 'the user’s folder is left as it was');
});

test('names that a terminal would obey are shown as they are written', async t => {
  const folder = await userFolder(t);
  write(folder, 'data/binance/\u001b[2Jx.json', 'x');
  const report = await importFreqtrade(temporaryStore(t), folder, OPTIONS);
  assert.match(reportText(report), /binance\/\\u001b\[2Jx\.json: not imported/);
});
