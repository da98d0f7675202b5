import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readCandleFile } from '../../../candles/import/index.ts';
import { JsonBars } from '../../../candles/import/json/bars.ts';
import { JsonScanner } from '../../../candles/import/json/scanner.ts';
import { CANDLE_COLUMNS, type Candles } from '../../../contracts/candles.ts';
import { makeBars, sameBits } from '../fixtures.ts';
import { fileWith, goldenBars, goldenPath } from './files.ts';

const BARS = makeBars({ bars: 6 });
const NAMES = ['ts', 'open', 'high', 'low', 'close', 'volume'];

const rowsOf = (bars: Candles): number[][] =>
  Array.from(bars.openTime, (_, row) => CANDLE_COLUMNS.map(name => bars[name][row]));
const objectsOf = (bars: Candles) =>
  rowsOf(bars).map(row => Object.fromEntries(row.map((value, role) => [NAMES[role], value])));
const columnsOf = (bars: Candles) =>
  Object.fromEntries(NAMES.map((name, role) => [name, Array.from(bars[CANDLE_COLUMNS[role]])]));
const klinesOf = (bars: Candles) =>
  rowsOf(bars).map(([ts, ...prices]) => [
    ts,
    ...prices.map(String),
    ts + 3_599_999,
    '123.4',
    17,
    String(prices[4] / 2),
    '60.1',
    '0',
  ]);
const lines = (rows: readonly unknown[]) => rows.map(row => JSON.stringify(row)).join('\n');

const layouts: [string, string, string][] = [
  ['rows', 'a.json', JSON.stringify(rowsOf(BARS))],
  ['rows, spread over lines', 'a.json', JSON.stringify(rowsOf(BARS), null, 2)],
  ['rows with a byte order mark', 'a.json', `\ufeff${JSON.stringify(rowsOf(BARS))}`],
  ['rows of digits in quotes', 'a.json', JSON.stringify(rowsOf(BARS).map(row => row.map(String)))],
  ['Binance’s klines', 'a.json', JSON.stringify(klinesOf(BARS))],
  ['objects', 'a.json', JSON.stringify(objectsOf(BARS))],
  [
    'objects with ISO times and another order',
    'a.json',
    JSON.stringify(
      objectsOf(BARS).map(({ ts, ...prices }) => ({ ...prices, date: new Date(ts).toISOString() })),
    ),
  ],
  ['columns', 'a.json', JSON.stringify(columnsOf(BARS))],
  ['keys with escapes', 'a.json', JSON.stringify(columnsOf(BARS)).replace('"open"', '"\\u006fpen"')],
  ['an object per line', 'a.jsonl', lines(objectsOf(BARS))],
  ['a row per line', 'a.ndjson', `${lines(rowsOf(BARS))}\n`],
  ['an object per line, though it is called .json', 'a.json', lines(objectsOf(BARS))],
];
for (const [name, file, content] of layouts) {
  test(`JSON of ${name} reads bit for bit`, async t => {
    assert.ok(sameBits(await readCandleFile(fileWith(t, file, content)), BARS));
  });
}

test('freqtrade’s JSON reads bit for bit, packed by gzip too', async t => {
  const bars = await goldenBars();
  assert.ok(sameBits(await readCandleFile(goldenPath('freqtrade.json')), bars));
  const packed = gzipSync(JSON.stringify(rowsOf(bars)));
  assert.ok(sameBits(await readCandleFile(fileWith(t, 'BTC_USD-1h.json.gz', packed)), bars));
});

test('JSON reads the same wherever its bytes are cut into pieces', () => {
  const texts = layouts.filter(([name]) => !name.includes('mark')).map(([, , text]) => Buffer.from(text));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.integer({ min: 1, max: 50 }), (text, size) => {
      const bars = new JsonBars('x.json');
      const scanner = new JsonScanner(bars);
      for (let at = 0; at < text.length; at += size) scanner.push(text.subarray(at, at + size));
      scanner.finish();
      assert.ok(sameBits(bars.finish(), BARS));
    }),
  );
});

test('every finite double in JSON reads bit for bit', () => {
  const cell = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell, cell), { minLength: 1 }), prices => {
      const text = JSON.stringify(
        prices.map((row, i) => [i, ...row.map(v => (Object.is(v, -0) ? '-0' : v))]),
      );
      const bars = new JsonBars('x.json');
      const scanner = new JsonScanner(bars);
      scanner.push(Buffer.from(text));
      scanner.finish();
      const { close } = bars.finish();
      assert.ok(prices.every((row, i) => Object.is(row[3], close[i])));
    }),
  );
});

const T = 1_704_067_200_000;
const GOOD = `[${T},1,2,0.5,1,10]`;
const second = (cells: string) => `[${GOOD},[${cells}]]`;
const invalid: [string, string, RegExp][] = [
  ['NaN', second(`${T + 1},1,NaN,0.5,1,10`), /row 2, column high: expected a number, got "NaN"/],
  ['Infinity', second(`${T + 1},1,2,0.5,-Infinity,10`), /row 2, column close: .*"-Infinity"/],
  ['a number beyond doubles', second(`${T + 1},1,1e999,0.5,1,10`), /row 2, column high: .*"1e999"/],
  ['null', second(`${T + 1},1,2,null,1,10`), /row 2, column low: expected a number, got an empty cell/],
  ['true', second(`${T + 1},1,2,0.5,1,true`), /row 2, column volume: .*"true"/],
  ['a formula', second(`"=cmd()",1,2,0.5,1,10`), /row 2, column time: .*got "=cmd\(\)"/],
  ['a short row', second(`${T + 1},1,2`), /row 2: it has 3 cells\. Expected \[ts, open/],
  ['a row of seven', second(`${T + 1},1,2,0.5,1,10,11`), /row 2: it has 7 cells/],
  ['a row of thousands', `[[${'1,'.repeat(5_000)}1]]`, /row 1: it has more than 12 cells/],
  ['twelve cells that are no kline', `[[${T},1,2,0.5,1,10,11,12,13,14,15,16]]`, /row 1: it has 12 cells/],
  [
    'klines of two durations',
    JSON.stringify(klinesOf(BARS)).replace(
      String(BARS.openTime[3] + 3_599_999),
      String(BARS.openTime[3] + 59_999),
    ),
    /row 4: it has 12 cells/,
  ],
  ['no rows', '[]', /holds no bars/],
  ['an empty object', '{}', /holds no bars/],
  ['an unknown key', `[{"ts":${T},"__proto__":1}]`, /unknown: "__proto__"/],
  [
    'the same key twice',
    `[{"ts":${T},"open":1,"open":2,"high":2,"low":1,"close":1,"volume":1}]`,
    /row 1: it has open twice/,
  ],
  ['two times', `[{"ts":${T},"date":${T}}]`, /row 1: it has time twice/],
  [
    'an object without a key',
    `[{"ts":${T},"open":1,"high":2,"low":1,"close":1}]`,
    /row 1, column volume: .*an empty cell/,
  ],
  ['the same column twice', `{"ts":[${T}],"ts":[${T}]}`, /time is there twice/],
  [
    'columns of two lengths',
    `{"ts":[${T}],"open":[1,2],"high":[1],"low":[1],"close":[1],"volume":[1]}`,
    /differ in length \(1, 2/,
  ],
  ['a missing column', `{"ts":[${T}],"open":[1]}`, /high is missing/],
  ['a broken cell in a column', `{"ts":[${T}],"open":[1,"x"]}`, /row 2, column open: .*"x"/],
  ['columns by index, as pandas writes them', `{"open":{"0":1}}`, /an object within an object/],
];
for (const [name, content, message] of invalid) {
  test(`JSON with ${name} is refused`, async t => {
    await assert.rejects(
      readCandleFile(fileWith(t, 'a.json', content)),
      (error: Error & { code: string }) => {
        assert.match(error.message, message);
        assert.match(error.code, /^CANDLES_(INVALID|UNREADABLE)$/);
        return true;
      },
    );
  });
}

const unreadable: [string, string | Uint8Array, RegExp][] = [
  ['cut off', `[${GOOD}`, /it ends too early/],
  ['text after its end', `[${GOOD}] [${GOOD}]`, /text after the end/],
  ['rows and lines mixed', `${GOOD}\n[${GOOD}]`, /lines and rows of bars are mixed/],
  ['a hundred thousand brackets', '['.repeat(100_000), /nested too deep/],
  ['a hundred thousand objects', '{"ts":'.repeat(100_000), /./],
  ['a number of a million digits', `[[${'1'.repeat(1_000_000)}]]`, /longer than 1000 bytes/],
  ['a text without end', `[["${'x'.repeat(1_000_000)}`, /longer than 1000 bytes/],
  ['brackets that do not match', `[${GOOD}}`, /line 1: /],
  ['a comma too many', `[${GOOD},]`, /"\]" where a value should be/],
  ['a comment', `[${GOOD} // x\n]`, /"\/" where a comma or end/],
  ['a number JSON has not', `[[0x10]]`, /0x10 is no number/],
  ['a leading zero', `[[01]]`, /01 is no number/],
  ['broken UTF-8', Buffer.from('[["\xff\xfe"]]', 'latin1'), /a text is broken/],
  ['a bare number', '[1]x', /./],
];
for (const [name, content, message] of unreadable) {
  test(`JSON with ${name} is refused`, async t => {
    await assert.rejects(readCandleFile(fileWith(t, 'a.json', content)), { message });
  });
}

test('JSON that ends wherever it likes is read as nothing less', async t => {
  const text = JSON.stringify(objectsOf(BARS));
  for (let length = 1; length < text.length; length++)
    await assert.rejects(readCandleFile(fileWith(t, 'a.json', text.slice(0, length))), {
      code: 'CANDLES_UNREADABLE',
    });
});

test('JSON beyond its limit is refused before it is read', async t => {
  const path = fileWith(t, 'a.json', `[${' '.repeat(5_000)}`);
  truncateSync(path, 1_000_000_001);
  const started = performance.now();
  await assert.rejects(readCandleFile(path), {
    code: 'CANDLES_UNREADABLE',
    message: /more than 1000 MB of JSON; split it/,
  });
  assert.ok(performance.now() - started < 1_000);
});

test('gzip that unpacks to what is no JSON, and gzip that is cut off, are refused', async t => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, '['));
  const before = process.memoryUsage().rss;
  await assert.rejects(readCandleFile(fileWith(t, 'a.json.gz', bomb)), { message: /nested too deep/ });
  assert.ok(process.memoryUsage().rss - before < 100e6);
  const packed = gzipSync(JSON.stringify(rowsOf(BARS)));
  await assert.rejects(readCandleFile(fileWith(t, 'a.json.gz', packed.subarray(0, packed.length - 9))), {
    code: 'CANDLES_UNREADABLE',
  });
});

test('more bars than a file may hold are refused while they are read', async t => {
  const path = fileWith(t, 'a.json', `{"ts":[${'1,'.repeat(5_000_000)}1`);
  await assert.rejects(readCandleFile(path), { code: 'CANDLES_INVALID', message: /more than 5000000 bars/ });
});
