import assert from 'node:assert/strict';
import test from 'node:test';
import { withDuckDb } from '../../../candles/duckdb.ts';
import { readCandleFile } from '../../../candles/import/index.ts';
import { makeBars, sameBits } from '../fixtures.ts';
import { fileWith } from './files.ts';
import { buildParquet, type Lies } from './parquet-builder.ts';

const BARS = makeBars({ bars: 24 });
const MOST = 2 ** 31 - 1;

test('a Parquet file made by hand reads bit for bit, with a dictionary too', async t => {
  assert.ok(sameBits(await readCandleFile(fileWith(t, 'a.parquet', buildParquet())), BARS));
  const withDictionary = buildParquet({ dictionaryValues: 24 });
  assert.ok(sameBits(await readCandleFile(fileWith(t, 'a.parquet', withDictionary)), BARS));
});

const refused: [string, Lies, RegExp][] = [
  ['a billion rows', { fileRows: 1e9 }, /more than 5000000 bars/],
  ['rows it has not', { fileRows: 4e6 }, /can’t be read/],
  ['rows and values it has not', { fileRows: 4e6, chunkValues: 4e6, pageValues: 4e6 }, /can’t be read/],
  ['a row group of a billion rows', { fileRows: 24, groupRows: 1e9 }, /can’t be read/],
  ['a negative number of rows', { fileRows: -24 }, /can’t be read/],
  ['a row group of a negative number of rows', { fileRows: 24, groupRows: -24 }, /declares 24 rows/],
  ['columns before the file', { chunkOffset: -5 }, /can’t be read/],
  ['columns beyond the file', { chunkOffset: 2 ** 40 }, /can’t be read/],
  ['a page of two gigabytes', { pageBytes: MOST }, /can’t be read/],
  ['a page that unpacks to two gigabytes', { pageBytes: MOST, codec: 6 }, /can’t be read/],
  ['a page of two gigabytes, packed or not', { pageBytes: MOST, packedBytes: MOST }, /can’t be read/],
  ['a page of negative size', { pageBytes: -8, packedBytes: -8 }, /Page sizes must be >= 0/],
  ['a packed page of negative size', { packedBytes: -1 }, /Page sizes must be >= 0/],
  ['a dictionary of a billion values', { dictionaryValues: 1e9 }, /can’t be read/],
  [
    'a dictionary of two gigabytes',
    { dictionaryValues: 2 ** 28 - 1, dictionaryBytes: MOST },
    /can’t be read/,
  ],
  ['a dictionary of a negative number of values', { dictionaryValues: -1 }, /Invalid dictionary page header/],
  ['a dictionary of negative size', { dictionaryValues: 24, dictionaryBytes: -1 }, /Page sizes must be >= 0/],
  [
    'a dictionary with fewer values than are named',
    { dictionaryValues: 5 },
    /dictionary offset out of range/,
  ],
  ['an unknown compression', { codec: 99 }, /can’t be read/],
  ['ZSTD that is none', { codec: 6 }, /can’t be read/],
];
for (const [name, lies, message] of refused) {
  test(`a Parquet file that declares ${name} is refused at once, without room being made for it`, async t => {
    const path = fileWith(t, 'a.parquet', buildParquet(lies));
    const [started, memory] = [performance.now(), process.memoryUsage().rss];
    await assert.rejects(readCandleFile(path), (error: Error & { code: string }) => {
      assert.match(error.code, /^CANDLES_(UNREADABLE|INVALID)$/);
      assert.match(error.message, message);
      return true;
    });
    assert.ok(performance.now() - started < 2_000, 'at once');
    assert.ok(process.memoryUsage().rss - memory < 100e6, 'without room');
  });
}

const harmless: [string, Lies][] = [
  ['values of a column', { chunkValues: 1e9 }],
  ['negative values of a column', { chunkValues: -1 }],
  ['bytes of a column', { chunkBytes: 2 ** 40 }],
  ['values of a page', { pageValues: 1e9 }],
];
for (const [name, lies] of harmless) {
  test(`a Parquet file that lies in the number of ${name} alone gives the bars that are there`, async t => {
    const candles = await readCandleFile(fileWith(t, 'a.parquet', buildParquet(lies)));
    assert.ok(sameBits(candles, BARS));
  });
}

test('a Parquet file by hand, cut off anywhere, is refused', async t => {
  const bytes = buildParquet({ dictionaryValues: 24 });
  for (let length = 0; length < bytes.length; length += 3)
    await assert.rejects(readCandleFile(fileWith(t, 'a.parquet', bytes.subarray(0, length))), {
      code: 'CANDLES_UNREADABLE',
    });
});

test('DuckDB may take two gigabytes and no disk', async () => {
  const settings = await withDuckDb(async connection => {
    const rows = await connection.runAndReadAll(
      "select current_setting('memory_limit'), current_setting('temp_directory')",
    );
    return rows.getRows()[0];
  });
  assert.deepEqual(settings, ['1.8 GiB', '']);
});
