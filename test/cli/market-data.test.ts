import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { runCommand } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';

/** A home, and commands in it that answer with their document. */
async function homeWithSample(t: test.TestContext) {
  const root = await temporaryHome(t);
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await runCommand(
      { home: { root }, environment: process.env },
      'candles',
      ...words,
      '--json',
    );
    return { code, document: JSON.parse(stdout() || '{}'), stderr: stderr() };
  };
  await run('import', SAMPLE.path, '--venue', 'coinbase', '--symbol', 'BTCUSD', '--timeframe', '1h');
  return { root, run };
}

test('resample stores longer bars as series of their own; again, it adds only what is new', async t => {
  const { run } = await homeWithSample(t);
  const first = await run('resample', 'coinbase:BTCUSD/1h', '--to', '4h,1d');
  assert.equal(first.code, 0);
  const [fourHours, days] = first.document.series;
  assert.equal(fourHours.source, 'resampled from coinbase:BTCUSD/1h');
  assert.deepEqual([fourHours.series, days.series], ['coinbase:BTCUSD/4h', 'coinbase:BTCUSD/1d']);
  const again = await run('resample', 'coinbase:BTCUSD/1h', '--to', '4h');
  assert.deepEqual([again.document.series[0].added, again.document.series[0].skipped], [0, fourHours.added]);
  const { document } = await run('list');
  const listed = document.series.find((row: { series: string }) => row.series === 'coinbase:BTCUSD/1d');
  assert.deepEqual([listed.kind, listed.synthetic, listed.source], ['spot', false, days.source]);
});

test('resample mixes nothing into a series of another origin; it compares with it when asked', async t => {
  const { run } = await homeWithSample(t);
  await run('resample', 'coinbase:BTCUSD/1h', '--to', '4h');
  await run('resample', 'coinbase:BTCUSD/1h', '--to', '1d');
  const mixed = await run('resample', 'coinbase:BTCUSD/4h', '--to', '1d');
  assert.deepEqual([mixed.code, mixed.document.error.code], [1, 'CANDLES_CONFLICT']);
  const compared = await run('resample', 'coinbase:BTCUSD/4h', '--to', '1d', '--compare');
  assert.equal(compared.code, 0);
  const [row] = compared.document.series;
  assert.ok(row.inBoth > 800 && row.equal === row.inBoth);
});

test('resample of a series that fills no longer bar, or to a timeframe that does not fit, says so', async t => {
  const { run } = await homeWithSample(t);
  const shorter = await run('resample', 'coinbase:BTCUSD/1h', '--to', '15m');
  assert.deepEqual([shorter.code, shorter.document.error.code], [2, 'RESAMPLE_INVALID']);
  await run('generate', '--symbol', 'A1', '--timeframe', '1h', '--bars', '5', '--seed', '1');
  const short = await run('resample', 'synthetic:A1/1h', '--to', '1d');
  assert.match(short.document.error.message, /no 1d bar/);
});

test('generated bars are marked, the same for the same seed, and keep their mark when resampled', async t => {
  const { run } = await homeWithSample(t);
  const generate = (seed: string) =>
    run('generate', '--symbol', 'TESTUSDT', '--timeframe', '15m', '--bars', '1000', '--seed', seed);
  const { code, document } = await generate('7');
  assert.equal(code, 0);
  assert.deepEqual(
    [document.series, document.synthetic, document.added],
    ['synthetic:TESTUSDT/15m', true, 1_000],
  );
  assert.equal((await generate('7')).document.skipped, 1_000);
  assert.equal((await generate('8')).document.error.code, 'CANDLES_CONFLICT');
  await run('resample', 'synthetic:TESTUSDT/15m', '--to', '1h');
  const listed = (await run('list')).document.series;
  assert.equal(
    listed.find((row: { series: string }) => row.series === 'synthetic:TESTUSDT/1h').synthetic,
    true,
  );
  const recorded = [
    'import',
    SAMPLE.path,
    '--venue',
    'synthetic',
    '--symbol',
    'TESTUSDT',
    '--timeframe',
    '1h',
    '--kind',
    'swap',
  ];
  assert.equal((await run(...recorded)).document.error.code, 'CANDLES_CONFLICT');
});

test('check reports quality, and fails only where thresholds were asked for', async t => {
  const { root, run } = await homeWithSample(t);
  const plain = await run('check', 'coinbase:BTCUSD/1h');
  assert.equal(plain.code, 0);
  const [row] = plain.document.series;
  assert.equal(row.zeroVolumeBars, 28);
  assert.equal(row.quality.ok, true);
  assert.equal(row.quality.longestZeroVolumeRun.bars, 15);
  assert.equal((await run('check', '--strict')).code, 0);
  writeFileSync(
    join(root, 'strict.yaml'),
    [
      'name: strict',
      'task: direction3',
      'features: {set: core15}',
      'labels: {kind: triple-barrier, horizonBars: 24, upAtr: 2, downAtr: 2}',
      'split: {train: 0.6, validation: 0.2, test: 0.2}',
      'train: {estimator: lightgbm}',
      'quality: {symbols: {BTCUSD: {maxZeroVolumeBars: 3}}}',
    ].join('\n'),
  );
  const judged = await run('check', '--recipe', join(root, 'strict.yaml'));
  assert.equal(judged.code, 1);
  const broken = judged.document.series[0].quality.rules.filter((rule: { ok: boolean }) => !rule.ok);
  assert.deepEqual(
    broken.map((rule: { rule: string; value: number; threshold: number }) => [
      rule.rule,
      rule.value,
      rule.threshold,
    ]),
    [['zero-volume-run', 15, 3]],
  );
  assert.equal((await run('check', '--strict', '--recipe', 'gbdt-core15')).code, 2);
});

test('ticks become seconds; a file that is wrong stores nothing', async t => {
  const { root, run } = await homeWithSample(t);
  const file = (name: string, price: string) => {
    const path = join(root, name);
    const start = Date.UTC(2024, 0, 1);
    const lines = Array.from({ length: 40 }, (_, row) => `${start + row * 250},${price},1`);
    writeFileSync(path, ['event_ms,price,qty', ...lines].join('\n'));
    return path;
  };
  const importTicks = (path: string) =>
    run('import-ticks', path, '--venue', 'binance', '--symbol', 'BTCUSDT');
  const wrong = await importTicks(file('wrong.csv', '-1'));
  assert.deepEqual([wrong.code, wrong.document.error.code], [2, 'TICKS_INVALID']);
  assert.equal((await run('list')).document.series.length, 1);
  const { document } = await importTicks(file('sound.csv', '100'));
  assert.deepEqual(
    [document.series, document.seconds, document.added, document.secondsWithDepth],
    ['binance:BTCUSDT/1s', 9, 9, 0],
  );
});

test('a check of all series tells which is damaged, and judges the others', async t => {
  const { root, run } = await homeWithSample(t);
  await run('resample', 'coinbase:BTCUSD/1h', '--to', '1d');
  const folder = join(root, 'candles/coinbase/BTCUSD/1d');
  appendFileSync(join(folder, readdirSync(folder)[0]), 'x');
  const { code, document } = await run('check');
  assert.equal(code, 1);
  assert.deepEqual(
    document.series.map((row: { series: string }) => row.series),
    ['coinbase:BTCUSD/1h'],
  );
  assert.deepEqual(
    document.broken.map((row: { series: string; error: { code: string } }) => [row.series, row.error.code]),
    [['coinbase:BTCUSD/1d', 'CANDLES_DAMAGED']],
  );
});
