import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import fc from 'fast-check';
import { AlphaloomError } from '../../contracts/errors.ts';
import { buildDataset } from '../../datasets/dataset.ts';
import { readDataset, writeDataset } from '../../datasets/dataset-file.ts';
import { readSnapshot, writeSnapshot } from '../../datasets/snapshot-file.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { writeColumns } from '../../storage/arrow/column-file.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { recipeWith } from '../support/recipes.ts';

const folder = mkdtempSync(join(tmpdir(), 'alphaloom-datasets-'));
after(() => rmSync(folder, { recursive: true }));

const candles = goldenCandles();
const { dataset } = buildDataset(
  candles,
  '1h',
  recipeWith({ features: { names: ['volume_ratio_20', 'rsi_14'] } }),
  CATALOG,
  1,
);

test('a snapshot comes back bit by bit', async () => {
  const odd = candlesFromCloses([0.1 + 0.2, Number.MIN_VALUE, Number.MAX_VALUE, 1 / 3]);
  odd.openTime.set([-1, 0, 1_700_000_000_001, Number.MAX_SAFE_INTEGER]);
  for (const bars of [candles, odd, candlesFromCloses([])]) {
    await writeSnapshot(bars, join(folder, 's.arrow'));
    assert.deepEqual(await readSnapshot(join(folder, 's.arrow')), bars);
  }
});

test('the extra columns of a snapshot come back too, missing values included', async () => {
  const rows = candles.close.length;
  const depth = Float64Array.from({ length: rows }, (_, row) => (row < 10 ? Number.NaN : row / 3));
  const bars = { ...candles, upTicks: new Float64Array(rows).fill(2), bidDepth: depth };
  await writeSnapshot(bars, join(folder, 'x.arrow'));
  assert.deepEqual(await readSnapshot(join(folder, 'x.arrow')), bars);
});

test('a dataset comes back bit by bit, missing values included', async () => {
  const withGaps = { ...dataset, columns: dataset.columns.map(column => column.slice()) };
  withGaps.columns[1].fill(Number.NaN, 100, 120);
  const weight = Float32Array.from(dataset.label, (_, row) => row / 7);
  const target = Float32Array.from(dataset.label, label => (label < 0 ? Number.NaN : label / 3));
  for (const written of [dataset, withGaps, { ...withGaps, weight }, { ...withGaps, target, weight }]) {
    await writeDataset(written, join(folder, 'd.arrow'));
    assert.deepEqual(await readDataset(join(folder, 'd.arrow')), written);
  }
});

test('the same content gives the same bytes', async () => {
  const [a, b] = [join(folder, 'a.arrow'), join(folder, 'b.arrow')];
  for (const path of [a, b]) await writeDataset(dataset, path);
  assert.deepEqual(await readFile(a), await readFile(b));
  for (const path of [a, b]) await writeSnapshot(candles, path);
  assert.deepEqual(await readFile(a), await readFile(b));
});

test('a file that is not there is named', async () => {
  await assert.rejects(readSnapshot(join(folder, 'none.arrow')), {
    code: 'ARTIFACT_NOT_FOUND',
    message: /none\.arrow/,
  });
});

test('a file of another kind is refused', async () => {
  const path = join(folder, 'other.arrow');
  await writeFile(path, 'ts,open,high\n1,2,3\n');
  for (const read of [readSnapshot, readDataset])
    await assert.rejects(read(path), { code: 'ARTIFACT_CORRUPT' });
  await writeSnapshot(candles, path);
  await assert.rejects(readDataset(path), { code: 'ARTIFACT_CORRUPT', message: /format/ });
  await writeDataset(dataset, path);
  await assert.rejects(readSnapshot(path), { code: 'ARTIFACT_CORRUPT', message: /format/ });
});

test('a file cut anywhere is refused', async () => {
  const path = join(folder, 'cut.arrow');
  await writeSnapshot(candlesFromCloses([1, 2, 3]), path);
  const bytes = await readFile(path);
  for (let length = 0; length < bytes.length; length += 3) {
    await writeFile(path, bytes.subarray(0, length));
    await assert.rejects(readSnapshot(path), { code: 'ARTIFACT_CORRUPT' }, `cut at ${length}`);
  }
});

test('damaged bytes give a whole table or a typed error, nothing else', async () => {
  const path = join(folder, 'flipped.arrow');
  await writeSnapshot(candlesFromCloses([1, 2, 3]), path);
  const bytes = await readFile(path);
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(damage, async changes => {
      const changed = Buffer.from(bytes);
      for (const [position, value] of changes) changed[position] = value;
      await writeFile(path, changed);
      try {
        const { openTime, close } = await readSnapshot(path);
        assert.equal(openTime.length, close.length);
      } catch (error) {
        assert.ok(error instanceof AlphaloomError && error.code === 'ARTIFACT_CORRUPT', String(error));
      }
    }),
    { numRuns: 800 },
  );
});

test('a file that declares 10^9 rows is refused without room being made for them', async () => {
  const path = join(folder, 'rows.arrow');
  await writeSnapshot(candlesFromCloses([1, 2, 3]), path);
  const bytes = await readFile(path);
  const three = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]);
  const many = Buffer.alloc(8);
  many.writeBigInt64LE(10n ** 9n);
  for (let at = bytes.indexOf(three); at >= 0; at = bytes.indexOf(three, at + 8)) many.copy(bytes, at);
  await writeFile(path, bytes);
  await assert.rejects(readSnapshot(path), { code: 'ARTIFACT_CORRUPT', message: /not whole/ });
});

test('rows that make no sense are refused', async () => {
  const path = join(folder, 'nonsense.arrow');
  for (const [name, at, value] of [
    ['block', 0, 3],
    ['block', 0, -2],
    ['label', 0, -2],
    ['bar', 5, 0],
    ['labelEnd', 5, 0],
  ] as const) {
    const changed = { ...dataset, [name]: dataset[name].slice() };
    changed[name][at] = value;
    await writeDataset(changed, path);
    await assert.rejects(readDataset(path), { code: 'ARTIFACT_CORRUPT', message: /makes no sense/ }, name);
  }
});

test('a snapshot with a column of another type, or with bars out of order, is refused', async () => {
  const path = join(folder, 'types.arrow');
  const metadata = new Map([['format', 'alphaloom.snapshot/1']]);
  await writeColumns(path, { columns: new Map([['ts', Float64Array.of(1)]]), metadata });
  await assert.rejects(readSnapshot(path), { code: 'ARTIFACT_CORRUPT', message: /"ts" is not int64/ });
  const turned = candlesFromCloses([1, 2, 3]);
  turned.openTime.reverse();
  await writeSnapshot(turned, path);
  await assert.rejects(readSnapshot(path), {
    code: 'ARTIFACT_CORRUPT',
    message: /bar 1 does not come after/,
  });
});
