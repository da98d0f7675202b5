import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { exportPath, exportSeries } from '../../../candles/export/index.ts';
import { TABLE_FORMATS } from '../../../candles/export/table-file.ts';
import { readCandleFile } from '../../../candles/import/index.ts';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { barsBefore, type Candles, sliceCandles } from '../../../contracts/candles.ts';
import { FROM_FILE, HOURLY, makeBars, sameBits, temporaryFolder, temporaryStore } from '../fixtures.ts';

const PLAIN = { timeStyle: 'ms', overwrite: false } as const;

/** Bars of any doubles that make sense as such: prices over all magnitudes, volumes with zeros of both signs. */
const anyBars: fc.Arbitrary<Candles> = fc
  .array(
    fc.record({
      low: fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      steps: fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: 0, max: 1, noNaN: true }))),
      volume: fc.oneof(fc.constantFrom(0, -0, 5e-324), fc.double({ min: 0, max: 1e300, noNaN: true })),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map(rows => {
    const column = (value: (row: (typeof rows)[number], index: number) => number) =>
      Float64Array.from(rows, value);
    const price = (step: (steps: readonly number[]) => number) =>
      column(({ low, steps }) => low * (1 + step(steps)));
    return {
      openTime: column((_, index) => Date.UTC(2023, 11, 31, 12) + index * 3_600_000),
      open: price(([a, b]) => a * b),
      high: price(([a, , c]) => a + c),
      low: column(({ low }) => low),
      close: price(([a, , c]) => a * c),
      volume: column(({ volume }) => volume),
    };
  });

for (const format of TABLE_FORMATS) {
  for (const timeStyle of ['ms', 'iso'] as const) {
    test(`bars exported as ${format} with times in ${timeStyle} import again bit for bit`, async t => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(anyBars, async bars => {
          const store = temporaryStore(t);
          await store.append(HOURLY, bars, FROM_FILE);
          const path = join(store.root, `${run++}.${format}`);
          const report = await exportSeries(store, HOURLY, {}, path, { ...PLAIN, format, timeStyle });
          assert.equal(report.bars, bars.openTime.length);
          assert.ok(sameBits(await readCandleFile(path), await store.read(HOURLY)));
          assert.ok(sameBits(await readCandleFile(path), bars));
          await store.close();
        }),
        { numRuns: 15 },
      );
    });
  }

  test(`the bundled sample exported as ${format} is the sample`, async t => {
    const store = temporaryStore(t);
    const bars = await readCandleFile(SAMPLE.path);
    await store.append(SAMPLE.series, bars, { kind: SAMPLE.kind, source: SAMPLE.path });
    const path = exportPath(store.root, SAMPLE.series, format);
    await exportSeries(store, SAMPLE.series, {}, path, { ...PLAIN, format });
    assert.match(path, /\/coinbase-BTCUSD-1h\.(json|csv|parquet)$/);
    assert.ok(sameBits(await readCandleFile(path), bars));
  });
}

test('an export holds the bars of its range: from included, to not', async t => {
  const store = temporaryStore(t);
  const bars = makeBars({ bars: 100, missing: [50, 51] });
  await store.append(HOURLY, bars, FROM_FILE);
  const path = join(store.root, 'x.csv');
  const [from, to] = [bars.openTime[10] - 1, bars.openTime[60]];
  await exportSeries(store, HOURLY, { from, to }, path, { ...PLAIN, format: 'csv' });
  assert.ok(sameBits(await readCandleFile(path), sliceCandles(bars, 10, barsBefore(bars, to))));
});

test('a series, or a range, without bars is an error and no file', async t => {
  const store = temporaryStore(t);
  const path = join(temporaryFolder(t), 'x.csv');
  const options = { ...PLAIN, format: 'csv' } as const;
  await assert.rejects(exportSeries(store, HOURLY, {}, path, options), { code: 'CANDLES_NOT_FOUND' });
  await store.append(HOURLY, makeBars(), FROM_FILE);
  await assert.rejects(exportSeries(store, HOURLY, { from: Date.UTC(2025, 0) }, path, options), {
    code: 'CANDLES_NOT_FOUND',
    message: /no bars of coinbase:BTCUSD\/1h in that range; it has them from 2024-01-01/,
  });
  assert.equal(existsSync(path), false);
});
