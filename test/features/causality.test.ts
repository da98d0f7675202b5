import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { Column } from '../../features/kernels/kernel.ts';
import { goldenBars } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const FEATURE_NAMES = CATALOG.definitions.map(({ name }) => name);
const bars = goldenBars();
const rows = bars.close.length;
const whole = computeFeatures(bars, FEATURE_NAMES, 'float64');

test('cutting off the future leaves every earlier row bit-equal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: rows }), cut => {
      const { columns } = computeFeatures(sliceBars(bars, 0, cut), FEATURE_NAMES, 'float64');
      for (const [name, column] of columns)
        assertSameBits(column, whole.columns.get(name)!.subarray(0, cut), name);
    }),
    { numRuns: 30 },
  );
});

test('another future leaves every earlier row bit-equal', () => {
  const cut = 1_234;
  const { columns } = computeFeatures(withOtherFuture(cut), FEATURE_NAMES, 'float64');
  for (const [name, column] of columns) {
    assertSameBits(column.subarray(0, cut), whole.columns.get(name)!.subarray(0, cut), name);
    if (CATALOG.find(name).family === 'calendar') continue;
    assert.notDeepEqual(column.subarray(cut), whole.columns.get(name)!.subarray(cut), name);
  }
});

test('bars further back than the declared look-back change no value by more than 1e-9', () => {
  for (const anchor of [1, 7, 333, 2_000]) {
    const later = computeFeatures(sliceBars(bars, anchor, rows), FEATURE_NAMES, 'float64');
    for (const name of FEATURE_NAMES) {
      const { lookBack } = CATALOG.find(name);
      const expected = whole.columns.get(name)!;
      const usual = median(expected);
      for (let t = lookBack; t < rows - anchor; t++) {
        const [a, b] = [later.columns.get(name)![t], expected[t + anchor]];
        assert.ok(
          Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(b), usual),
          `${name}, row ${t}, anchor ${anchor}: ${a} for ${b}`,
        );
      }
    }
  }
});

test('a window feature uses its whole declared look-back', () => {
  for (const name of ['bollinger_width_20_2', 'volatility_20', 'volume_ratio_20', 'roc_10']) {
    const { lookBack } = CATALOG.find(name);
    const column = whole.columns.get(name)!;
    assert.ok(Number.isNaN(column[lookBack - 1]) && !Number.isNaN(column[lookBack]), name);
  }
});

/** The bars from `cut` on in reverse order; time goes on as it did. */
function withOtherFuture(cut: number): MarketBars {
  const turned = Object.entries(bars).map(([name, column]) => {
    const copy = column.slice();
    if (name !== 'openTime') copy.subarray(cut).reverse();
    return [name, copy];
  });
  return Object.fromEntries(turned);
}

function assertSameBits(got: Column, expected: Column, name: string): void {
  assert.ok(Buffer.compare(bytes(got), bytes(expected)) === 0, name);
}

function bytes(column: Column): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}

function median(column: Column): number {
  const known = Float64Array.from(column)
    .filter(value => !Number.isNaN(value))
    .map(Math.abs)
    .sort();
  return known[known.length >> 1];
}
