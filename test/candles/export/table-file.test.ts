import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import type { TableBlock } from '../../../candles/export/table.ts';
import { TABLE_FORMATS, type TableFormat, writeTable } from '../../../candles/export/table-file.ts';
import { temporaryFolder } from '../fixtures.ts';

const START = Date.UTC(2024, 0, 1);

function blockOf(values: ArrayLike<number>, from = 0): TableBlock {
  return {
    time: Float64Array.from(values, (_, row) => START + (from + row) * 60_000),
    columns: new Map<string, Float64Array | Float32Array>([
      ['wide', Float64Array.from(values)],
      ['narrow', Float32Array.from(values)],
    ]),
  };
}

const PLAIN = { timeStyle: 'ms', overwrite: false } as const;

/** Reads an exported file by other means than the project's own: rows of [ts, wide, narrow]. */
async function readBack(path: string, format: TableFormat): Promise<(number | null)[][]> {
  const text = () => readFileSync(path, 'utf8');
  if (format === 'json') return JSON.parse(text()).map(Object.values);
  if (format === 'csv') {
    const cell = (word: string) => (word === '' ? null : Number(word));
    return text()
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => line.split(',').map(cell));
  }
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = await connection.runAndReadAll(`select ts::double, wide, narrow from '${path}'`);
  connection.closeSync();
  return rows.getRows() as number[][];
}

for (const format of TABLE_FORMATS) {
  test(`doubles and floats written as ${format} read back bit for bit, in however many blocks`, async t => {
    const folder = temporaryFolder(t);
    const anyDouble = fc.double({ noDefaultInfinity: true, noNaN: true });
    // DuckDB's dictionaries hold 0 and −0 as one value.
    const isSame = (a: number | null, b: number) =>
      Object.is(a, b) || (format === 'parquet' && a === 0 && b === 0);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyDouble, { maxLength: 40 }), fc.nat({ max: 40 }), async (values, cut) => {
        const path = join(folder, `${run++}.${format}`);
        const blocks = [
          blockOf(values.slice(0, cut)),
          blockOf(values.slice(cut), Math.min(cut, values.length)),
        ];
        assert.deepEqual(await writeTable(path, blocks, { ...PLAIN, format }), { rows: values.length });
        const floats = values.map(Math.fround);
        const rows = await readBack(path, format);
        assert.equal(rows.length, values.length);
        rows.forEach(([time, wide, narrow], row) => {
          assert.equal(time, START + row * 60_000);
          assert.ok(isSame(wide, values[row]), `${wide} is ${values[row]}`);
          // A double beyond the floats became infinite, which texts leave out.
          if (format === 'parquet' || Number.isFinite(floats[row])) assert.ok(isSame(narrow, floats[row]));
          else assert.equal(narrow, null);
        });
      }),
      { numRuns: 40 },
    );
  });
}

test('a missing value is an empty cell, null, or NaN', async t => {
  const folder = temporaryFolder(t);
  const path = (format: TableFormat) => join(folder, `x.${format}`);
  for (const format of TABLE_FORMATS)
    await writeTable(path(format), [blockOf([1, Number.NaN])], { ...PLAIN, format });
  assert.equal(readFileSync(path('csv'), 'utf8'), `ts,wide,narrow\n${START},1,1\n${START + 60_000},,\n`);
  assert.deepEqual(JSON.parse(readFileSync(path('json'), 'utf8'))[1], {
    ts: START + 60_000,
    wide: null,
    narrow: null,
  });
  assert.deepEqual((await readBack(path('parquet'), 'parquet'))[1], [START + 60_000, Number.NaN, Number.NaN]);
});

test('times are written as ISO 8601 where asked, in Parquet as timestamps in UTC', async t => {
  const folder = temporaryFolder(t);
  const path = (format: TableFormat) => join(folder, `x.${format}`);
  for (const format of TABLE_FORMATS)
    await writeTable(path(format), [blockOf([1])], { format, timeStyle: 'iso', overwrite: false });
  assert.match(readFileSync(path('csv'), 'utf8'), /\n2024-01-01T00:00:00\.000Z,1,1\n/);
  assert.equal(JSON.parse(readFileSync(path('json'), 'utf8'))[0].ts, '2024-01-01T00:00:00.000Z');
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = await connection.runAndReadAll(
    `select typeof(ts), epoch_us(ts)::double from '${path('parquet')}'`,
  );
  assert.deepEqual(rows.getRows(), [['TIMESTAMP WITH TIME ZONE', START * 1_000]]);
  connection.closeSync();
});

test('a table without rows keeps its columns', async t => {
  const folder = temporaryFolder(t);
  for (const format of TABLE_FORMATS) {
    const path = join(folder, `x.${format}`);
    assert.deepEqual(await writeTable(path, [blockOf([])], { ...PLAIN, format }), { rows: 0 });
    assert.deepEqual(await readBack(path, format), []);
  }
  assert.equal(readFileSync(join(folder, 'x.csv'), 'utf8'), 'ts,wide,narrow\n');
});

for (const format of TABLE_FORMATS) {
  test(`an export as ${format} that fails half-way leaves what was there, and nothing else`, async t => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'x');
    writeFileSync(path, 'before');
    async function* broken() {
      yield blockOf([1, 2, 3]);
      throw new Error('the disk with the source fell off');
    }
    await assert.rejects(
      writeTable(path, broken(), { format, timeStyle: 'ms', overwrite: true }),
      /fell off/,
    );
    assert.equal(readFileSync(path, 'utf8'), 'before');
    assert.deepEqual(readdirSync(folder), ['x']);
  });

  test(`an export as ${format} replaces a file only where that is asked`, async t => {
    const folder = temporaryFolder(t);
    const path = join(folder, `x.${format}`);
    const options = { format, timeStyle: 'ms' } as const;
    await writeTable(path, [blockOf([1])], { ...options, overwrite: false });
    await assert.rejects(writeTable(path, [blockOf([2])], { ...options, overwrite: false }), {
      code: 'FILE_EXISTS',
      message: /x\..* is there already/,
    });
    assert.deepEqual(await readBack(path, format), [[START, 1, 1]]);
    await writeTable(path, [blockOf([2])], { ...options, overwrite: true });
    assert.deepEqual(await readBack(path, format), [[START, 2, 2]]);
    assert.deepEqual(readdirSync(folder), [`x.${format}`]);
  });
}

for (const name of ['=cmd()', '+1', '-1', '@SUM(A1)', '\tx', 'a\nb', 'a"b', '', 'ts']) {
  test(`a column called ${JSON.stringify(name)} is refused: a spreadsheet may run it, or a reader mistake it`, async t => {
    const folder = temporaryFolder(t);
    const block = { time: Float64Array.of(START), columns: new Map([[name, Float64Array.of(1)]]) };
    for (const format of TABLE_FORMATS)
      await assert.rejects(writeTable(join(folder, 'x'), [block], { ...PLAIN, format }), { code: 'USAGE' });
    assert.deepEqual(readdirSync(folder), []);
  });
}
