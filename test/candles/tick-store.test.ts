import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import { EXTRA_COLUMNS, type MarketBars, sliceBars } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { FROM_FILE, makeBars, pick, temporaryFolder, temporaryStore } from './fixtures.ts';

const SECONDS: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1s' };
const MIDNIGHT = Date.UTC(2024, 7, 9);

/** Seconds around midnight with ticks, and with depth from the tenth on. */
function tickBars(count = 400): MarketBars {
  const start = MIDNIGHT - 200_000;
  const times = Float64Array.from({ length: 3 * count + 1 }, (_, row) => start + (row * 1_000) / 3);
  const bars = buildTickBars(
    {
      time: times,
      price: times.map((_, row) => 100 + ((row * 7) % 13) / 10),
      quantity: times.map((_, row) => 1 + (row % 4)),
      id: null,
    },
    {
      time: Float64Array.of(start + 10_000, start + 100_000),
      bidDepth: Float64Array.of(1.5, 3),
      askDepth: Float64Array.of(2.5, 4),
    },
  );
  assert.equal(bars.openTime.length, count);
  return bars;
}

function assertSame(actual: MarketBars, expected: MarketBars): void {
  for (const [name, column] of Object.entries(expected))
    assert.deepEqual(actual[name as keyof MarketBars], column, name);
}

test('seconds made from ticks come back with their extra columns, one file per day', async t => {
  const store = temporaryStore(t);
  const bars = tickBars();
  assert.equal((await store.append(SECONDS, bars, FROM_FILE)).added, 400);
  assertSame(await store.read(SECONDS), bars);
  const range = { from: MIDNIGHT - 5_000, to: MIDNIGHT + 5_000 };
  assertSame(await store.read(SECONDS, range), sliceBars(bars, 195, 205));
  assert.deepEqual(readdirSync(join(store.root, 'candles/binance/BTCUSDT/1s')).sort(), [
    '2024-08-08.parquet',
    '2024-08-09.parquet',
  ]);
  const { bars: counted, gaps } = await store.describe(SECONDS);
  assert.deepEqual([counted, gaps], [400, 0]);
  assert.equal((await store.check(SECONDS)).bars, 400);
});

test('the same seconds again add nothing; the next ones are added; a day is written anew, the others stay', async t => {
  const store = temporaryStore(t);
  const bars = tickBars();
  await store.append(SECONDS, sliceBars(bars, 0, 300), FROM_FILE);
  assert.deepEqual(await store.append(SECONDS, bars, FROM_FILE), {
    series: SECONDS,
    added: 100,
    skipped: 300,
  });
  assertSame(await store.read(SECONDS), bars);
  assert.deepEqual(readdirSync(join(store.root, 'candles/binance/BTCUSDT/1s')).sort(), [
    '2024-08-08.parquet',
    '2024-08-09.2.parquet',
  ]);
});

test('seconds with other ticks or another depth are a conflict; nothing is stored', async t => {
  const store = temporaryStore(t);
  const bars = tickBars();
  await store.append(SECONDS, bars, FROM_FILE);
  for (const column of ['upTicks', 'bidDepth'] as const) {
    const other = { ...bars, [column]: bars[column]!.map((value, row) => (row === 300 ? value + 1 : value)) };
    await assert.rejects(store.append(SECONDS, other, FROM_FILE), {
      code: 'CANDLES_CONFLICT',
      details: {
        series: 'binance:BTCUSDT/1s',
        column,
        openTime: bars.openTime[300],
        stored: bars[column]![300],
        given: bars[column]![300] + 1,
      },
    });
  }
  assertSame(await store.read(SECONDS), bars);
});

test('plain seconds of the same series leave the ticks unknown, and take nothing from stored ones', async t => {
  const store = temporaryStore(t);
  const bars = tickBars();
  const { openTime, open, high, low, close, volume } = bars;
  const plain = { openTime, open, high, low, close, volume };
  await store.append(SECONDS, sliceBars(bars, 0, 100), FROM_FILE);
  assert.equal((await store.append(SECONDS, plain, FROM_FILE)).added, 300);
  const stored = await store.read(SECONDS);
  assert.deepEqual(stored.upTicks!.slice(0, 100), bars.upTicks!.slice(0, 100));
  assert.ok(stored.upTicks!.slice(100).every(Number.isNaN));
});

test('recent seconds are folded into the days, their ticks unknown', async t => {
  const store = temporaryStore(t);
  const bars = tickBars();
  await store.append(SECONDS, sliceBars(bars, 0, 300), FROM_FILE);
  const { openTime, open, high, low, close, volume } = sliceBars(bars, 300, 400);
  const [outcome] = await store.appendRecent([
    { series: SECONDS, candles: { openTime, open, high, low, close, volume } },
  ]);
  assert.ok(outcome.ok);
  for (const fold of [false, true]) {
    if (fold) assert.equal(await store.fold(SECONDS, MIDNIGHT + 86_400_000), 100);
    const stored = await store.read(SECONDS);
    assert.deepEqual(stored.close, bars.close);
    assert.deepEqual(stored.bidDepth!.slice(0, 300), bars.bidDepth!.slice(0, 300));
    assert.ok(stored.bidDepth!.slice(300).every(Number.isNaN));
  }
});

test('a series of another timeframe has no extra columns', async t => {
  const store = temporaryStore(t);
  await store.append({ ...SECONDS, timeframe: '1h' }, makeBars(), FROM_FILE);
  const stored = await store.read({ ...SECONDS, timeframe: '1h' });
  assert.deepEqual(
    EXTRA_COLUMNS.filter(column => column in stored),
    [],
  );
});

test('a store whose seconds lie in yearly files goes on with them', async t => {
  const root = temporaryFolder(t);
  const { DatabaseSync } = await import('node:sqlite');
  const { renameSync } = await import('node:fs');
  const first = temporaryStore(t, root);
  const bars = makeBars({ bars: 60, start: MIDNIGHT, timeframe: '1s' });
  await first.append(SECONDS, pick(bars, [...Array(30).keys()]), FROM_FILE);
  await first.close();
  // As an earlier version would have named it.
  const folder = join(root, 'candles/binance/BTCUSDT/1s');
  renameSync(join(folder, '2024-08-09.parquet'), join(folder, '2024.parquet'));
  const sql = new DatabaseSync(join(root, 'candles.sqlite'));
  sql.exec("UPDATE history_files SET year = 2024, name = '2024.parquet'");
  sql.close();
  const store = temporaryStore(t, root);
  assert.equal((await store.append(SECONDS, bars, FROM_FILE)).added, 30);
  assert.deepEqual((await store.read(SECONDS)).close, bars.close);
  assert.deepEqual(readdirSync(folder), ['2024.2.parquet']);
});
