import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createCandleStore } from '../../candles/store.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { FROM_FILE, HOURLY, makeBars, NOW, sameBits, temporaryFolder } from './fixtures.ts';

/** Single bars are missing here and there, never two of three, so that every run of three shows the timeframe. */
const seriesWithGaps = fc
  .uniqueArray(fc.integer({ min: 0, max: 19 }), { maxLength: 8 })
  .map(places =>
    makeBars({ bars: 80, start: Date.UTC(2023, 11, 30, 12), missing: places.map(place => place * 4 + 2) }),
  );

/** Cuts as shares of the length, an order of the chunks, and how each is stored. */
const plan = fc.record({
  candles: seriesWithGaps,
  cuts: fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
  order: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
  asRecent: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  foldAfter: fc.array(fc.option(fc.nat({ max: 79 })), { minLength: 7, maxLength: 7 }),
});

test('any split of a series, stored in any order and by any way, reads back equal', async t => {
  const root = temporaryFolder(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(plan, async ({ candles, cuts, order, asRecent, foldAfter }) => {
      const store = createCandleStore(`${root}/${run++}`, { now: () => NOW });
      const chunks = shuffled(split(candles, cuts), order);
      for (const [index, chunk] of chunks.entries()) {
        if (index > 0 && asRecent[index]) {
          const [outcome] = await store.appendRecent([{ series: HOURLY, candles: chunk }]);
          assert.ok(outcome.ok && outcome.added === chunk.openTime.length);
        } else {
          const report = await store.append(HOURLY, chunk, FROM_FILE);
          assert.equal(report.added, chunk.openTime.length);
        }
        const before = foldAfter[index];
        if (before !== null) await store.fold(HOURLY, candles.openTime[0] + before * 3_600_000);
      }
      assert.ok(sameBits(await store.read(HOURLY), candles));
      const { bars, gaps } = await store.check(HOURLY);
      assert.equal(bars, candles.openTime.length);
      assert.equal(gaps.length, (await store.describe(HOURLY)).gaps);
      assert.equal((await store.describe(HOURLY)).anchorTime, chunks[0].openTime[0]);
      await store.close();
    }),
    { numRuns: 15 },
  );
});

function split(candles: Candles, cuts: readonly number[]): Candles[] {
  const length = candles.openTime.length;
  const edges = [0, ...cuts.map(cut => Math.floor(cut * length)).sort((a, b) => a - b), length];
  return edges
    .slice(1)
    .map((edge, index) => sliceCandles(candles, edges[index], edge))
    .filter(chunk => chunk.openTime.length > 0);
}

function shuffled<T>(items: readonly T[], keys: readonly number[]): T[] {
  return items
    .map((item, index) => ({ item, key: keys[index] }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
