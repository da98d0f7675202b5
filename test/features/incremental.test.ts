import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { FeatureType } from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { FeatureEngine } from '../../features/engine.ts';
import { FeatureFollower } from '../../features/follower.ts';
import type { Column } from '../../features/kernels/kernel.ts';
import { fillMissing } from '../../features/window.ts';
import { goldenBars } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const DEFINITIONS = CATALOG.definitions;
const NAMES = DEFINITIONS.map(({ name }) => name);
const HOUR = TIMEFRAME_MS['1h'];
const MAX_FILL_BARS = 3;
const bars = withQuietTimes(goldenBars());
const rows = bars.close.length;

/** Ends of the parts; many short ones at the start, some long ones. */
const cuts = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: rows - 1 })), {
    minLength: 1,
    maxLength: 50,
  })
  .map(ends => [...ends.toSorted((a, b) => a - b), rows]);

for (const type of ['float32', 'float64'] as const) {
  test(`however bars are cut into calls, every feature has the same bits in ${type}`, () => {
    const whole = computeFeatures(bars, NAMES, type).columns;
    fc.assert(
      fc.property(cuts, ends => {
        const columns = advanceInParts(ends, type);
        for (const [f, name] of NAMES.entries()) assertSameBits(columns[f], whole.get(name)!, name);
      }),
      { numRuns: 10 },
    );
  });
}

test('bars taken one by one give the same bits', () => {
  const some = sliceBars(bars, 0, 1_100);
  const whole = computeFeatures(some, NAMES, 'float32').columns;
  const columns = NAMES.map(() => new Float32Array(1_100));
  const engine = new FeatureEngine(DEFINITIONS, HOUR);
  for (let t = 0; t < 1_100; t++) engine.advance(sliceBars(some, t, t + 1), columns, t);
  for (const [f, name] of NAMES.entries()) assertSameBits(columns[f], whole.get(name)!, name);
});

test('the follower’s window is that of the batch after filling, bit for bit', () => {
  const { columns } = computeFeatures(bars, NAMES, 'float32');
  fillMissing(columns, MAX_FILL_BARS, 0);
  const valueAt = (name: string, row: number) => (row < 0 ? Number.NaN : columns.get(name)![row]);
  fc.assert(
    fc.property(cuts, fc.constantFrom(1, 2, 7, 60), (ends, steps) => {
      const follower = new FeatureFollower(DEFINITIONS, HOUR, MAX_FILL_BARS, steps);
      let from = 0;
      for (const end of ends) {
        follower.advance(sliceBars(bars, from, end));
        const rows = Array.from({ length: steps }, (_, step) => end - steps + step);
        const expected = Float32Array.from(rows.flatMap(row => NAMES.map(name => valueAt(name, row))));
        assertSameBits(follower.window(), expected, `window at row ${end - 1}`);
        from = end;
      }
    }),
    { numRuns: 10 },
  );
});

function advanceInParts(ends: readonly number[], type: FeatureType): Column[] {
  const columns = NAMES.map(() => (type === 'float32' ? new Float32Array(rows) : new Float64Array(rows)));
  const engine = new FeatureEngine(DEFINITIONS, HOUR);
  let from = 0;
  for (const end of ends) {
    engine.advance(sliceBars(bars, from, end), columns, from);
    from = end;
  }
  return columns;
}

/** With a while in which nothing traded at one price, and one without volume. */
function withQuietTimes(series: Required<MarketBars>): MarketBars {
  const { open, high, low, close, volume } = series;
  for (let t = 300; t < 420; t++) open[t] = high[t] = low[t] = close[t] = close[299];
  volume.fill(0, 300, 420).fill(0, 800, 860);
  return series;
}

function assertSameBits(got: Column, expected: Column, name: string): void {
  const bytes = (column: Column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  assert.ok(Buffer.compare(bytes(got), bytes(expected)) === 0, name);
}
