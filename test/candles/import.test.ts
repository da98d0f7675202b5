import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { makeBars, sameBits, temporaryFolder, temporaryStore } from './fixtures.ts';

const HEADER = 'ts,open,high,low,close,volume';
const BARS = makeBars({ bars: 6 });

function csvOf(
  candles: Candles,
  options: { header?: string; time?: (ms: number) => string; delimiter?: string } = {},
) {
  const { header = HEADER, time = String, delimiter = ',' } = options;
  const lines = [...candles.openTime].map((ms, row) =>
    [
      time(ms),
      candles.open[row],
      candles.high[row],
      candles.low[row],
      candles.close[row],
      candles.volume[row],
    ].join(delimiter),
  );
  return `${[header.replaceAll(',', delimiter), ...lines].join('\n')}\n`;
}

function fileWith(t: TestContext, name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, content);
  return path;
}

/** Writes the rows of a SELECT as Parquet. */
async function parquetOf(t: TestContext, select: string): Promise<string> {
  const path = join(temporaryFolder(t), 'bars.parquet');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`copy (${select}) to '${path}' (format parquet)`);
  connection.closeSync();
  return path;
}

const SIX =
  'range as i, 100.5 as open, 101.25 as high, 99.5 as low, 100.75 as close, 3 as volume from range(6)';
const hour = (ms: string) => `(1704067200000 + range * 3600000)::bigint ${ms}`;

test('the bundled sample reads whole', async () => {
  const candles = await readCandleFile(SAMPLE.path);
  assert.equal(candles.openTime.length, 20_111);
  assert.equal(candles.openTime[0], Date.UTC(2017, 6, 1, 11));
  assert.equal(candles.close[0], 2509.17);
});

test('a CSV file reads back bit for bit', async t => {
  assert.ok(sameBits(await readCandleFile(fileWith(t, 'a.csv', csvOf(BARS))), BARS));
});

const csvDialects: [string, string][] = [
  ['Windows line ends', csvOf(BARS).replaceAll('\n', '\r\n')],
  ['semicolons', csvOf(BARS, { delimiter: ';' })],
  ['tabs', csvOf(BARS, { delimiter: '\t' })],
  ['a byte order mark', `\ufeff${csvOf(BARS)}`],
  ['quoted cells', csvOf(BARS).replaceAll(/[^,\n]+/g, '"$&"')],
  ['blanks around numbers', csvOf(BARS).replaceAll(',', ' , ')],
  ['no newline at the end', csvOf(BARS).trimEnd()],
  ['an empty line at the end', `${csvOf(BARS)}\n`],
  ['capital names', csvOf(BARS, { header: HEADER.toUpperCase() })],
  ['another name of the time', csvOf(BARS, { header: HEADER.replace('ts', 'openTime') })],
  ['ISO times', csvOf(BARS, { time: ms => new Date(ms).toISOString() })],
  [
    'pandas times',
    csvOf(BARS, { time: ms => new Date(ms).toISOString().replace('T', ' ').replace('.000Z', '+00:00') }),
  ],
  ['times without a zone', csvOf(BARS, { time: ms => new Date(ms).toISOString().slice(0, 16) })],
  [
    'times of another zone',
    csvOf(BARS, { time: ms => `${new Date(ms + 19_800_000).toISOString().slice(0, 19)}+05:30` }),
  ],
  ['times as whole decimals', csvOf(BARS, { time: ms => `${ms}.0` })],
];
for (const [name, content] of csvDialects) {
  test(`a CSV file with ${name} reads the same bars`, async t => {
    assert.ok(sameBits(await readCandleFile(fileWith(t, 'a.csv', content)), BARS));
  });
}

const row = (cells: string) => `${HEADER}\n1704067200000,1,2,0.5,1,10\n${cells}\n`;
const brokenCsv: [string, string | Uint8Array, string, RegExp][] = [
  ['an empty file', '', 'CANDLES_UNREADABLE', /content is empty/],
  ['a header alone', `${HEADER}\n`, 'CANDLES_INVALID', /no bars/],
  ['no header', '1704067200000,1,2,0.5,1,10\n', 'CANDLES_INVALID', /unknown: "1704067200000", "1"/],
  [
    'NaN',
    row('1704070800000,1,NaN,0.5,1,10'),
    'CANDLES_INVALID',
    /row 2, column high: expected a number, got "NaN"/,
  ],
  ['nan', row('1704070800000,1,nan,0.5,1,10'), 'CANDLES_INVALID', /got "nan"/],
  ['inf', row('1704070800000,1,inf,0.5,1,10'), 'CANDLES_INVALID', /got "inf"/],
  [
    'an empty cell',
    row('1704070800000,1,,0.5,1,10'),
    'CANDLES_INVALID',
    /row 2, column high: .*an empty cell/,
  ],
  ['a blank cell', row('1704070800000,1,  ,0.5,1,10'), 'CANDLES_INVALID', /an empty cell/],
  ['text', row('1704070800000,1,high,0.5,1,10'), 'CANDLES_INVALID', /got "high"/],
  ['a hexadecimal number', row('1704070800000,1,0x10,0.5,1,10'), 'CANDLES_INVALID', /got "0x10"/],
  ['thousands separators', row('1704070800000,1,"1,000",0.5,1,10'), 'CANDLES_INVALID', /got "1,000"/],
  ['a wrong date', row('2024-02-31,1,2,0.5,1,10'), 'CANDLES_INVALID', /column ts: .*got "2024-02-31"/],
  ['a local date', row('01/02/2024,1,2,0.5,1,10'), 'CANDLES_INVALID', /ISO 8601 time, got "01\/02\/2024"/],
  ['a short row', row('1704070800000,1,2,0.5,1'), 'CANDLES_UNREADABLE', /Line: 3.*Found: 5/],
  ['a long row', row('1704070800000,1,2,0.5,1,10,11'), 'CANDLES_UNREADABLE', /Line: 3.*Found: 7/],
  ['an open quote', row('1704070800000,1,"2,0.5,1,10'), 'CANDLES_UNREADABLE', /Line: 3/],
  [
    'a row without end',
    row(`1704070800000,1,${'9'.repeat(200_000)},0.5,1,10`),
    'CANDLES_UNREADABLE',
    /maximum line size/i,
  ],
  ['a header without end', 'x'.repeat(10_000), 'CANDLES_UNREADABLE', /no header line/],
  [
    'broken UTF-8',
    Buffer.from(row('1704070800000,1,\xff\xfe,0.5,1,10'), 'latin1'),
    'CANDLES_UNREADABLE',
    /utf|unicode/i,
  ],
  ['UTF-16', Buffer.from(csvOf(BARS), 'utf16le'), 'CANDLES_UNREADABLE', /neither a known format nor UTF-8/],
  [
    'an unknown column',
    `${HEADER},trades\n`,
    'CANDLES_INVALID',
    /unknown: "trades".*Expected exactly one time column \(ts, timestamp/,
  ],
  ['a missing column', 'ts,open,high,low,volume\n', 'CANDLES_INVALID', /missing: close/],
  [
    'a column twice',
    'ts,open,open,high,low,close,volume\n',
    'CANDLES_INVALID',
    /more than one: "open", "open"/,
  ],
  ['two times', `${HEADER},date\n`, 'CANDLES_INVALID', /more than one: "ts", "date"/],
  ['names that are SQL', `${HEADER},"x""); drop table bars; --"\n`, 'CANDLES_INVALID', /unknown/],
];
for (const [name, content, code, message] of brokenCsv) {
  test(`a CSV file with ${name} is refused`, async t => {
    await assert.rejects(readCandleFile(fileWith(t, 'a.csv', content)), { code, message });
  });
}

test('a fault at the end of a long CSV file refuses the whole file', async t => {
  const long = csvOf(makeBars({ bars: 40_000, timeframe: '1m' }));
  assert.equal((await readCandleFile(fileWith(t, 'a.csv', long))).openTime.length, 40_000);
  await assert.rejects(readCandleFile(fileWith(t, 'a.csv', `${long}1,2\n`)), {
    code: 'CANDLES_UNREADABLE',
    message: /Line: 40002; Expected Number of Columns: 6 Found: 2\. Nothing was stored\.$/,
  });
});

const timeTypes: [string, string][] = [
  ['BIGINT', hour('as ts')],
  ['DOUBLE', hour('::double as ts')],
  ['TIMESTAMP', `epoch_ms(${hour('')}) as ts`],
  ['TIMESTAMP_NS', `epoch_ms(${hour('')})::timestamp_ns as ts`],
  ['TIMESTAMP_MS', `epoch_ms(${hour('')})::timestamp_ms as ts`],
  ['TIMESTAMP WITH TIME ZONE', `to_timestamp(${hour('')} / 1000) as ts`],
  ['ISO text', `strftime(epoch_ms(${hour('')}), '%Y-%m-%dT%H:%M:%SZ') as ts`],
];
for (const [name, expression] of timeTypes) {
  test(`a Parquet file reads times of the type ${name}`, async t => {
    const candles = await readCandleFile(
      await parquetOf(t, `select ${expression}, ${SIX.replace('range as i, ', '')}`),
    );
    assert.deepEqual([...candles.openTime], [...BARS.openTime]);
    assert.deepEqual([candles.open[5], candles.volume[5]], [100.5, 3]);
  });
}

test('decimals become the nearest doubles', async t => {
  const path = await parquetOf(
    t,
    `select ${hour('as ts')}, 0.1::decimal(38, 18) as open, 67234.56789012::decimal(18, 8) as high, 0.07::float as low,
     1e-8::decimal(18, 8) as close, 3 as volume from range(2)`,
  );
  const { open, high, low, close } = await readCandleFile(path);
  assert.deepEqual([open[1], high[1], low[1], close[1]], [0.1, 67234.56789012, Math.fround(0.07), 1e-8]);
});

const brokenParquet: [string, string, RegExp][] = [
  ['an unknown column', `${hour('as ts')}, ${SIX}`, /unknown: "i"/],
  [
    'a column named by SQL',
    `${hour('as ts')}, 1 as "x""; drop table bars; --", 1 as open from range(1)`,
    /unknown/,
  ],
  [
    'text for prices',
    `${hour('as ts')}, '1' as open, 2 as high, 1 as low, 1 as close, 1 as volume from range(3)`,
    /column open has the type VARCHAR; expected numbers/,
  ],
  [
    'nested columns',
    `${hour('as ts')}, {'a': 1} as open, 2 as high, 1 as low, 1 as close, 1 as volume from range(3)`,
    /open has the type STRUCT/,
  ],
  [
    'a NULL',
    `${hour('as ts')}, nullif(range, 2) as open, 2 as high, 1 as low, 1 as close, 1 as volume from range(5)`,
    /row 3, column open: .*an empty cell/,
  ],
  [
    'no rows',
    `${hour('as ts')}, 1 as open, 2 as high, 1 as low, 1 as close, 1 as volume from range(0)`,
    /no bars/,
  ],
  [
    'wrong time text',
    `'yesterday' as ts, 1 as open, 2 as high, 1 as low, 1 as close, 1 as volume from range(2)`,
    /got "yesterday"/,
  ],
  [
    'over five million rows',
    '1 as ts, 1 as open, 1 as high, 1 as low, 1 as close, 1 as volume from range(5_000_001)',
    /more than 5000000 bars. Split it/,
  ],
];
for (const [name, select, message] of brokenParquet) {
  test(`a Parquet file with ${name} is refused`, async t => {
    await assert.rejects(readCandleFile(await parquetOf(t, `select ${select}`)), {
      code: 'CANDLES_INVALID',
      message,
    });
  });
}

const sample = readFileSync(SAMPLE.path);
const damagedParquet: [string, Uint8Array, RegExp][] = [
  ['half of it', sample.subarray(0, sample.length / 2), /PAR1|magic|footer|Parquet/i],
  ['its first four bytes', sample.subarray(0, 4), /small|Parquet/i],
  [
    'a footer length beyond the file',
    patched(sample, sample.length - 8, [0xff, 0xff, 0xff, 0x7f]),
    /footer/i,
  ],
  ['a footer of zeros', patched(sample, sample.length - 2_000, new Array(1_500).fill(0)), /./],
  ['pages of zeros', patched(sample, 1_000, new Array(400_000).fill(0)), /./],
  ['a billion declared rows', declaringRows(20_111, 1_000_000_000), /more than 5000000 bars/],
  ['a negative number of declared rows', declaringRows(20_111, -5), /./],
  [
    'fewer declared rows than it holds',
    declaringRows(20_111, 15_000),
    /declares 15000 rows and holds another number/,
  ],
];
for (const [name, bytes, message] of damagedParquet) {
  test(`a Parquet file with ${name} is refused, and the process lives`, async t => {
    await assert.rejects(
      readCandleFile(fileWith(t, 'x.parquet', bytes)),
      (error: Error & { code: string }) => {
        assert.match(error.code, /^CANDLES_(UNREADABLE|INVALID)$/);
        assert.match(error.message, message);
        assert.match(error.message, /x\.parquet/);
        assert.doesNotMatch(error.message, /\/dev\/fd/);
        return true;
      },
    );
  });
}

test('whatever bytes of a Parquet file are changed, it is read whole or refused by name', async t => {
  const path = join(temporaryFolder(t), 'x.parquet');
  const footerLength = sample.readUInt32LE(sample.length - 8) + 8;
  const change = fc.tuple(fc.nat({ max: footerLength - 1 }), fc.nat({ max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async changes => {
      const bytes = Uint8Array.from(sample);
      for (const [fromEnd, value] of changes) bytes[bytes.length - 1 - fromEnd] = value;
      writeFileSync(path, bytes);
      try {
        assert.equal((await readCandleFile(path)).openTime.length, 20_111);
      } catch (error) {
        assert.match((error as { code: string }).code, /^CANDLES_(UNREADABLE|INVALID)$/);
      }
    }),
    { numRuns: 60 },
  );
});

const mislabelled: [string, string | Uint8Array, RegExp][] = [
  ['bars.parquet', csvOf(BARS), /its name says Parquet, its content is CSV/],
  ['bars.csv', sample, /its name says CSV, its content is Parquet/],
  ['bars.csv', gzipSync(csvOf(BARS)), /compressed \(gzip\)/],
  ['bars.parquet', 'PAR2xxxxPAR2', /content is CSV/],
  ['bars.txt', csvOf(BARS), /must end in \.parquet, \.csv, /],
  ['bars', csvOf(BARS), /must end in/],
];
for (const [name, content, message] of mislabelled) {
  test(`${name} that is something else is refused: ${message.source}`, async t => {
    await assert.rejects(readCandleFile(fileWith(t, name, content)), { code: 'CANDLES_UNREADABLE', message });
  });
}

test('a missing file, a folder and a file under a file are told apart', async t => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'folder.csv'));
  writeFileSync(join(folder, 'file.csv'), 'x');
  await assert.rejects(readCandleFile(join(folder, 'none.csv')), {
    code: 'FILE_NOT_FOUND',
    message: /none\.csv/,
  });
  await assert.rejects(readCandleFile(join(folder, 'file.csv/none.csv')), { code: 'FILE_NOT_FOUND' });
  await assert.rejects(readCandleFile(join(folder, 'folder.csv')), {
    code: 'CANDLES_UNREADABLE',
    message: /not a regular file/,
  });
  await assert.rejects(readCandleFile('https://example.org/bars.parquet'), { code: 'FILE_NOT_FOUND' });
});

test('a file’s name is never taken for a pattern, SQL or partition', async t => {
  const folder = join(temporaryFolder(t), "it's", 'ts=5', 'open=1');
  mkdirSync(folder, { recursive: true });
  copyFileSync(SAMPLE.path, join(folder, 'ab.parquet'));
  writeFileSync(join(folder, 'xy.csv'), csvOf(sliceCandles(BARS, 0, 2)));
  for (const name of [
    'a*.parquet',
    'a?.parquet',
    'a[b].parquet',
    "a'; drop.parquet",
    '*.parquet',
    'a\\b.parquet',
  ]) {
    copyFileSync(SAMPLE.path, join(folder, name));
    assert.equal((await readCandleFile(join(folder, name))).openTime.length, 20_111, name);
  }
  for (const name of ['x*.csv', '[x]y.csv', "x') --.csv"]) {
    writeFileSync(join(folder, name), csvOf(BARS));
    assert.ok(sameBits(await readCandleFile(join(folder, name)), BARS), name);
  }
});

test('files opened under the same descriptor one after the other are not mixed up', async t => {
  const folder = temporaryFolder(t);
  for (let index = 0; index < 20; index++) {
    const bars = makeBars({ bars: 50, change: { row: 0, column: 'volume', value: index } });
    const path = join(folder, `${index}.csv`);
    writeFileSync(path, csvOf(bars));
    assert.ok(sameBits(await readCandleFile(path), bars));
  }
});

test('what was imported can be imported from the store’s own files', async t => {
  const store = temporaryStore(t);
  const candles = await readCandleFile(SAMPLE.path);
  await store.append(SAMPLE.series, candles, { kind: SAMPLE.kind, source: SAMPLE.path });
  const year = await readCandleFile(join(store.root, 'candles/coinbase/BTCUSD/1h/2018.parquet'));
  assert.ok(
    sameBits(year, await store.read(SAMPLE.series, { from: Date.UTC(2018, 0), to: Date.UTC(2019, 0) })),
  );
});

function patched(bytes: Uint8Array, offset: number, patch: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(patch, offset);
  return copy;
}

/** The sample with another `num_rows` in its footer: field 3 of the file's metadata, an i64, before the row groups' list. */
function declaringRows(actual: number, declared: number): Uint8Array {
  const footerLength = sample.readUInt32LE(sample.length - 8);
  const footer = sample.subarray(sample.length - 8 - footerLength, sample.length - 8);
  const before = Buffer.from([0x16, ...zigZag(actual), 0x19]);
  const at = footer.indexOf(before);
  assert.ok(at > 0 && footer.indexOf(before, at + 1) < 0, 'num_rows stands once in the footer');
  const changed = Buffer.concat([
    footer.subarray(0, at),
    Buffer.from([0x16, ...zigZag(declared), 0x19]),
    footer.subarray(at + before.length),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(changed.length);
  return Buffer.concat([
    sample.subarray(0, sample.length - 8 - footerLength),
    changed,
    length,
    Buffer.from('PAR1'),
  ]);
}

/** Thrift's compact form of a whole number. */
function zigZag(value: number): number[] {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}
