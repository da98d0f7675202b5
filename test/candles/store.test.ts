import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { concatCandles } from '../../candles/candle-builder.ts';
import { createCandleStore } from '../../candles/store.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import {
  FROM_FILE,
  HOURLY,
  makeBars,
  NOW,
  pick,
  sameBits,
  temporaryFolder,
  temporaryStore,
} from './fixtures.ts';

const HOUR = 3_600_000;
/** Twenty days around New Year, so that the history spans two files. */
const TWO_YEARS = makeBars({ bars: 480, start: Date.UTC(2023, 11, 22), missing: [100, 101, 300] });

const historyFolder = (root: string) => join(root, 'candles/coinbase/BTCUSD/1h');

test('bars read back bit for bit, one Parquet file per year', async t => {
  const store = temporaryStore(t);
  assert.deepEqual(await store.append(HOURLY, TWO_YEARS, FROM_FILE), {
    series: HOURLY,
    added: 477,
    skipped: 0,
  });
  assert.ok(sameBits(await store.read(HOURLY), TWO_YEARS));
  assert.deepEqual(readdirSync(historyFolder(store.root)).sort(), ['2023.parquet', '2024.parquet']);
});

test('a range is from inclusive to exclusive, and may be empty', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  const [from, to] = [TWO_YEARS.openTime[200], TWO_YEARS.openTime[260]];
  assert.ok(sameBits(await store.read(HOURLY, { from, to }), sliceCandles(TWO_YEARS, 200, 260)));
  assert.ok(sameBits(await store.read(HOURLY, { from: to }), sliceCandles(TWO_YEARS, 260, 477)));
  assert.ok(sameBits(await store.read(HOURLY, { to: from + 1 }), sliceCandles(TWO_YEARS, 0, 201)));
  assert.equal((await store.read(HOURLY, { from: to, to: from })).openTime.length, 0);
  assert.equal((await store.read(HOURLY, { from: NOW })).openTime.length, 0);
});

test('a summary tells bars, times, gaps, anchor, kind and source, also after opening the store again', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  const expected = {
    series: HOURLY,
    identity: 1,
    kind: 'spot',
    bars: 477,
    firstTime: TWO_YEARS.openTime[0],
    lastTime: TWO_YEARS.openTime[476],
    gaps: 2,
    anchorTime: TWO_YEARS.openTime[0],
    source: 'test.parquet',
    synthetic: false,
    market: null,
  };
  assert.deepEqual(await store.describe(HOURLY), expected);
  assert.deepEqual(await temporaryStore(t, store.root).list(), [expected]);
});

test('a gap between two years, and one between history and recent bars, are counted once', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, makeBars({ bars: 5, start: Date.UTC(2023, 11, 31, 18) }), FROM_FILE);
  await store.append(HOURLY, makeBars({ bars: 5, start: Date.UTC(2024, 0, 1, 2) }), FROM_FILE);
  assert.equal((await store.describe(HOURLY)).gaps, 1);
  const recent = makeBars({ bars: 3, start: Date.UTC(2024, 0, 1, 10), missing: [1] });
  await store.appendRecent([{ series: HOURLY, candles: recent }]);
  assert.equal((await store.describe(HOURLY)).gaps, 3);
  const { gaps, longestGap, missingBars } = await store.check(HOURLY);
  assert.deepEqual([gaps.length, missingBars], [3, 3 + 3 + 1]);
  assert.deepEqual(longestGap, {
    fromTime: Date.UTC(2023, 11, 31, 23),
    toTime: Date.UTC(2024, 0, 1, 2),
    missingBars: 3,
  });
});

test('a series that is not there is not found', async t => {
  const store = temporaryStore(t);
  for (const work of [store.read, store.describe, store.check]) {
    await assert.rejects(work(HOURLY), {
      code: 'CANDLES_NOT_FOUND',
      message: /candles fetch --venue coinbase --symbol BTCUSD .*candles import FILE/,
    });
  }
  await assert.rejects(store.fold(HOURLY, NOW), { code: 'CANDLES_NOT_FOUND' });
  assert.deepEqual(await store.list(), []);
});

test('names that would leave the store’s folder are refused', async t => {
  const store = temporaryStore(t);
  const escapes: [Partial<Series>, string][] = [
    [{ venue: '../..' }, 'VENUE_INVALID'],
    [{ symbol: '../X' }, 'SYMBOL_INVALID'],
    [{ timeframe: '7m' as Series['timeframe'] }, 'TIMEFRAME_INVALID'],
    [{ timeframe: 'toString' as Series['timeframe'] }, 'TIMEFRAME_INVALID'],
  ];
  for (const [change, code] of escapes) {
    await assert.rejects(store.append({ ...HOURLY, ...change }, makeBars(), FROM_FILE), { code });
  }
  assert.deepEqual(await store.list(), []);
});

test('identical bars are skipped; when all are, no file is written', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  const files = readdirSync(historyFolder(store.root));
  const again = await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  assert.deepEqual([again.added, again.skipped], [0, 477]);
  assert.deepEqual(readdirSync(historyFolder(store.root)), files);
  const more = makeBars({ bars: 500, start: Date.UTC(2023, 11, 22), missing: [100, 101, 300] });
  const overlapping = await store.append(HOURLY, more, FROM_FILE);
  assert.deepEqual([overlapping.added, overlapping.skipped], [20, 477]);
  assert.ok(sameBits(await store.read(HOURLY), more));
});

test('replaced files are removed; of each year there is one', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 0, 470), FROM_FILE);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 470, 477), FROM_FILE);
  assert.deepEqual(readdirSync(historyFolder(store.root)).sort(), ['2023.parquet', '2024.2.parquet']);
});

test('older history can be filled in later; the anchor stays', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 250, 477), FROM_FILE);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 0, 250), { kind: 'spot', source: 'older.csv' });
  const { anchorTime, firstTime, source } = await store.describe(HOURLY);
  assert.deepEqual(
    [anchorTime, firstTime, source],
    [TWO_YEARS.openTime[250], TWO_YEARS.openTime[0], 'test.parquet'],
  );
  assert.ok(sameBits(await store.read(HOURLY), TWO_YEARS));
});

test('a bar that differs from the stored one is refused by name, and nothing of the import is stored', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 0, 400), FROM_FILE);
  const before = await store.list();
  const changed = concatCandles([TWO_YEARS, makeBars({ bars: 0 })]);
  changed.volume[399] += 1;
  await assert.rejects(store.append(HOURLY, changed, FROM_FILE), {
    code: 'CANDLES_CONFLICT',
    message: /The bar 2024-01-07T18:00:00.000Z of coinbase:BTCUSD\/1h .*volume is 2 in the store and 3/,
  });
  assert.deepEqual(await store.list(), before);
  assert.ok(sameBits(await store.read(HOURLY), sliceCandles(TWO_YEARS, 0, 400)));
  assert.deepEqual(readdirSync(historyFolder(store.root)).sort(), ['2023.parquet', '2024.parquet']);
});

test('the kind of a market does not change', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 0, 400), FROM_FILE);
  await assert.rejects(store.append(HOURLY, TWO_YEARS, { kind: 'swap', source: 'x' }), {
    code: 'CANDLES_CONFLICT',
    message: /stored as a spot market; these bars were given as swap/,
  });
});

test('refused bars leave the store as it was', async t => {
  const store = temporaryStore(t);
  const broken: Candles[] = [
    makeBars({ bars: 0 }),
    makeBars({ change: { row: 7, column: 'close', value: Number.NaN } }),
    makeBars({ timeframe: '15m' }),
    makeBars({ timeframe: '4h' }),
    makeBars({ start: NOW - 10 * HOUR }),
    pick(makeBars(), [1, 0]),
  ];
  for (const candles of broken) {
    await assert.rejects(store.append(HOURLY, candles, FROM_FILE), { code: 'CANDLES_INVALID' });
  }
  assert.deepEqual(await store.list(), []);
});

test('a few bars that all stand beside gaps can be added to a known series, many cannot', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, makeBars({ bars: 24 }), FROM_FILE);
  const sparse = pick(makeBars({ bars: 200 }), [30, 32, 34, 36]);
  assert.equal((await store.append(HOURLY, sparse, FROM_FILE)).added, 4);
  const rows = Array.from({ length: 40 }, (_, index) => 40 + index * 4);
  await assert.rejects(store.append(HOURLY, pick(makeBars({ bars: 200 }), rows), FROM_FILE), {
    message: /look like 4h/,
  });
});

const damages: [string, (path: string) => void][] = [
  ['half a file', path => truncateSync(path, 1_500)],
  ['an empty file', path => writeFileSync(path, '')],
  ['a missing file', path => rmSync(path)],
  [
    'one flipped bit',
    path => {
      const bytes = readFileSync(path);
      bytes[700] ^= 1;
      writeFileSync(path, bytes);
    },
  ],
];
for (const [name, damage] of damages) {
  test(`${name} in the history is unreadable by name, also in a store that had read it before`, async t => {
    const store = temporaryStore(t);
    await store.append(HOURLY, TWO_YEARS, FROM_FILE);
    await store.read(HOURLY);
    damage(join(historyFolder(store.root), '2024.parquet'));
    const expected = { code: 'CANDLES_DAMAGED', message: /coinbase\/BTCUSD\/1h\/2024\.parquet/ };
    await assert.rejects(store.read(HOURLY), expected);
    await assert.rejects(store.check(HOURLY), expected);
    const more = makeBars({ bars: 500, start: Date.UTC(2023, 11, 22), missing: [100, 101, 300] });
    await assert.rejects(store.append(HOURLY, more, FROM_FILE), expected);
    const ofTheWholeYear = await store.read(HOURLY, { to: Date.UTC(2024, 0, 1) });
    assert.equal(ofTheWholeYear.openTime.length, 238);
    assert.equal((await store.list()).length, 1);
  });
}

test('check counts bars without volume', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, makeBars({ bars: 50 }), FROM_FILE);
  assert.equal((await store.check(HOURLY)).zeroVolumeBars, 10);
});

test('check refuses recent bars that were spoilt in the database', async t => {
  const store = temporaryStore(t);
  await store.append(HOURLY, makeBars({ bars: 24 }), FROM_FILE);
  await store.appendRecent([{ series: HOURLY, candles: sliceCandles(makeBars({ bars: 26 }), 24, 26) }]);
  const sql = new DatabaseSync(join(store.root, 'candles.sqlite'));
  sql.exec('UPDATE recent_bars SET high = low / 2');
  sql.close();
  await assert.rejects(store.check(HOURLY), { code: 'CANDLES_INVALID', message: /Row 25: high/ });
});

test('recent bars of many series are stored together, and readers merge them with the history', async t => {
  const store = temporaryStore(t);
  const all = makeBars({ bars: 30 });
  const series = ['BTCUSD', 'ETHUSD', 'ADAUSD'].map(symbol => ({ ...HOURLY, symbol }));
  for (const each of series) await store.append(each, sliceCandles(all, 0, 24), FROM_FILE);
  const outcomes = await store.appendRecent(
    series.map(each => ({ series: each, candles: sliceCandles(all, 24, 30) })),
  );
  assert.deepEqual(
    outcomes,
    series.map(each => ({ series: each, ok: true, added: 6, skipped: 0 })),
  );
  for (const each of series) {
    assert.ok(sameBits(await store.read(each), all));
    assert.equal((await store.describe(each)).bars, 30);
    const range = { from: all.openTime[20], to: all.openTime[27] };
    assert.ok(sameBits(await store.read(each, range), sliceCandles(all, 20, 27)));
  }
});

test('a refused recent bar stops no other series', async t => {
  const store = temporaryStore(t);
  const all = makeBars({ bars: 30 });
  const [known, other] = [HOURLY, { ...HOURLY, symbol: 'ETHUSD' }];
  for (const each of [known, other]) await store.append(each, sliceCandles(all, 0, 24), FROM_FILE);
  await store.appendRecent([{ series: known, candles: sliceCandles(all, 24, 26) }]);
  const differing = makeBars({ bars: 30, change: { row: 25, column: 'close', value: all.close[25] + 0.1 } });
  const broken = makeBars({ bars: 30, change: { row: 27, column: 'low', value: -1 } });
  const outcomes = await store.appendRecent([
    { series: known, candles: sliceCandles(differing, 24, 30) },
    { series: known, candles: sliceCandles(broken, 26, 30) },
    { series: { ...HOURLY, symbol: 'NEWUSD' }, candles: sliceCandles(all, 24, 30) },
    { series: other, candles: sliceCandles(all, 24, 30) },
    { series: known, candles: sliceCandles(all, 25, 27) },
  ]);
  assert.deepEqual(
    outcomes.map(outcome => (outcome.ok ? [outcome.added, outcome.skipped] : outcome.error.code)),
    ['CANDLES_CONFLICT', 'CANDLES_INVALID', 'CANDLES_NOT_FOUND', [6, 0], [1, 1]],
  );
  assert.ok(sameBits(await store.read(known), sliceCandles(all, 0, 27)));
  assert.ok(sameBits(await store.read(other), all));
});

test('recent bars that are not newer than the history go into it, or are refused where they differ', async t => {
  const store = temporaryStore(t);
  const all = makeBars({ bars: 30 });
  await store.append(HOURLY, pick(all, [0, 1, 2, 3, 6, 7, 8]), FROM_FILE);
  const [filled] = await store.appendRecent([{ series: HOURLY, candles: sliceCandles(all, 3, 12) }]);
  assert.deepEqual(filled, { series: HOURLY, ok: true, added: 5, skipped: 4 });
  assert.ok(sameBits(await store.read(HOURLY), sliceCandles(all, 0, 12)));
  const differing = makeBars({ bars: 30, change: { row: 5, column: 'volume', value: 77 } });
  const [refused] = await store.appendRecent([{ series: HOURLY, candles: sliceCandles(differing, 5, 6) }]);
  assert.equal(refused.ok ? null : refused.error.code, 'CANDLES_CONFLICT');
});

test('folding moves old recent bars into Parquet and changes nothing for readers', async t => {
  const store = temporaryStore(t);
  const all = makeBars({ bars: 480, start: Date.UTC(2023, 11, 22) });
  await store.append(HOURLY, sliceCandles(all, 0, 200), FROM_FILE);
  await store.appendRecent([{ series: HOURLY, candles: sliceCandles(all, 200, 480) }]);
  const before = await store.describe(HOURLY);
  assert.equal(await store.fold(HOURLY, all.openTime[450]), 250);
  assert.equal(await store.fold(HOURLY, all.openTime[450]), 0);
  assert.ok(sameBits(await store.read(HOURLY), all));
  assert.deepEqual(await store.describe(HOURLY), before);
  const sql = new DatabaseSync(join(store.root, 'candles.sqlite'));
  assert.deepEqual({ ...sql.prepare('SELECT count(*) AS bars FROM recent_bars').get() }, { bars: 30 });
  sql.close();
});

test('an import that overlaps recent bars takes them into the history', async t => {
  const store = temporaryStore(t);
  const all = makeBars({ bars: 60 });
  await store.append(HOURLY, sliceCandles(all, 0, 24), FROM_FILE);
  await store.appendRecent([{ series: HOURLY, candles: pick(all, [30, 31, 50]) }]);
  const report = await store.append(HOURLY, sliceCandles(all, 20, 40), FROM_FILE);
  assert.deepEqual([report.added, report.skipped], [14, 6]);
  assert.ok(
    sameBits(await store.read(HOURLY), concatCandles([sliceCandles(all, 0, 40), sliceCandles(all, 50, 51)])),
  );
  const differing = makeBars({ bars: 60, change: { row: 50, column: 'close', value: all.close[50] + 0.01 } });
  await assert.rejects(store.append(HOURLY, sliceCandles(differing, 40, 60), FROM_FILE), {
    code: 'CANDLES_CONFLICT',
    message: /2024-01-03T02:00/,
  });
});

test('what killed writers left behind is never read, and swept by the next import', async t => {
  const store = temporaryStore(t);
  const folder = historyFolder(store.root);
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 0, 400), FROM_FILE);
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const alive = `2024.2.parquet.${process.pid}.0a1b2c3d4e5f.tmp`;
  for (const name of [
    '2024.2.parquet',
    '2023.9.parquet',
    `2024.2.parquet.${ended}.0a1b2c3d4e5f.tmp`,
    alive,
  ]) {
    writeFileSync(join(folder, name), 'half a file');
  }
  assert.ok(sameBits(await store.read(HOURLY), sliceCandles(TWO_YEARS, 0, 400)));
  await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  assert.ok(sameBits(await store.read(HOURLY), TWO_YEARS));
  assert.deepEqual(readdirSync(folder).sort(), ['2023.parquet', '2024.2.parquet', alive]);
});

test('a home whose name is full of quotes and patterns works like any other', async t => {
  const root = join(temporaryFolder(t), `it's a *[home]? "; drop table bars; --\\`);
  const store = createCandleStore(root, { now: () => NOW });
  await store.append(HOURLY, TWO_YEARS, FROM_FILE);
  assert.ok(sameBits(await store.read(HOURLY), TWO_YEARS));
  await store.close();
});

test('a series that is read while it is being extended is always whole', async t => {
  const store = temporaryStore(t);
  const writer = temporaryStore(t, store.root);
  const chunk = 40;
  await store.append(HOURLY, sliceCandles(TWO_YEARS, 238 - chunk / 2, 238 + chunk / 2), FROM_FILE);
  let writing = true;
  const writes = (async () => {
    for (let size = chunk; size <= 440; size += chunk) {
      await writer.append(HOURLY, sliceCandles(TWO_YEARS, 238 - size / 2, 238 + size / 2), FROM_FILE);
    }
    writing = false;
  })();
  let reads = 0;
  while (writing) {
    // Each import adds to both years: an odd number of bars would be half an import.
    assert.equal((await store.read(HOURLY)).openTime.length % chunk, 0);
    reads++;
  }
  await writes;
  assert.ok(reads > 1);
  assert.ok(sameBits(await store.read(HOURLY), sliceCandles(TWO_YEARS, 18, 458)));
});
