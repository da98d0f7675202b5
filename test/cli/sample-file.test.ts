import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { withDuckDb } from '../../candles/duckdb.ts';
import { readSampleFile } from '../../cli/sample-file.ts';
import { temporaryHome } from '../support/temporary-home.ts';

test('a sample is read from JSON and from Parquet alike, missing values included', async t => {
  const home = await temporaryHome(t);
  const [json, parquet] = ['sample.json', 'sample.parquet'].map(name => join(home, name));
  const x = [
    [1, null, 3],
    [4, 5, 6],
  ];
  const expected = [
    [0.25, 0.75],
    [0.5, 0.5],
  ];
  await writeFile(json, JSON.stringify({ x, expected }));
  await withDuckDb(connection =>
    connection.run(
      `copy (select * from (values ([1, 'nan'::float, 3]::float[], [0.25, 0.75]::double[]), ([4, 5, 6]::float[], [0.5, 0.5]::double[]))
         as rows(x, expected)) to '${parquet}' (format parquet)`,
    ),
  );
  assert.deepEqual(await readSampleFile(json), { x, expected });
  assert.deepEqual(await readSampleFile(parquet), { x, expected });
});

test('a sample that is not there, not readable, or not one says what is expected', async t => {
  const home = await temporaryHome(t);
  const written = async (name: string, text: string) => {
    await writeFile(join(home, name), text);
    return join(home, name);
  };
  await assert.rejects(readSampleFile(join(home, 'none.json')), { code: 'FILE_NOT_FOUND' });
  const cases: Record<string, [string, RegExp]> = {
    'cut.json': ['{"x": [[1]', /can’t be read/],
    'text.parquet': ['PAR1 is no Parquet', /can’t be read/],
    'list.json': ['[1, 2]', /Expected \{"x": \[\[…\]\], "expected": \[\[…\]\]\}/],
    'odd.json': ['{"x": [[1], [2]], "expected": [[1]]}', /x has 2 rows and expected 1/],
    'words.json': ['{"x": [["a"]], "expected": [[1]]}', /x\.0/],
  };
  for (const [name, [text, message]] of Object.entries(cases)) {
    await assert.rejects(
      readSampleFile(await written(name, text)),
      { code: 'SAMPLE_INVALID', message },
      name,
    );
  }
});
