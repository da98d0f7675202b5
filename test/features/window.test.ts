import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../features/catalog/index.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { columnsOf, copyWindows, fillMissing, warmUpBars, windowTable } from '../../features/window.ts';
import { definitionsOf } from '../support/features.ts';

const _ = Number.NaN;
const column = (...values: number[]) => new Map([['rsi_14', Float32Array.from(values)]]);

test('a gap is filled forward for at most maxFillBars rows', () => {
  const columns = column(1, _, _, _, 5, _);
  const counts = fillMissing(columns, 2, 0);
  assert.deepEqual([...columns.get('rsi_14')!], [1, 1, 1, _, 5, 5]);
  assert.deepEqual(counts, { missing: { rsi_14: 1 }, filled: { rsi_14: 3 } });
});

test('nothing is filled backward, so warm-up stays missing', () => {
  const columns = column(_, _, 3);
  assert.deepEqual(fillMissing(columns, 1_000, 2), { missing: { rsi_14: 0 }, filled: { rsi_14: 0 } });
  assert.deepEqual([...columns.get('rsi_14')!], [_, _, 3]);
});

test('maxFillBars 0 fills nothing', () => {
  const columns = column(1, _);
  assert.deepEqual(fillMissing(columns, 0, 0), { missing: { rsi_14: 1 }, filled: { rsi_14: 0 } });
});

test('a filled value is the last known one, never older than maxFillBars', () => {
  const value = fc.option(fc.integer({ min: 1, max: 9 }), { nil: Number.NaN });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 0, max: 5 }), (values, maxFillBars) => {
      const columns = column(...values);
      fillMissing(columns, maxFillBars, 0);
      for (const [row, got] of columns.get('rsi_14')!.entries()) {
        const recent = values.slice(Math.max(0, row - maxFillBars), row + 1).filter(v => !Number.isNaN(v));
        assert.equal(got, recent.at(-1) ?? Number.NaN);
      }
    }),
  );
});

test('columns are taken by name', () => {
  const columns = new Map([
    ['a', Float32Array.of(1, 2, 3)],
    ['b', Float32Array.of(10, 20, 30)],
  ]);
  assert.deepEqual(columnsOf(columns, ['b', 'a']), [columns.get('b'), columns.get('a')]);
  assert.throws(() => columnsOf(columns, ['c']), { code: 'FEATURE_UNKNOWN' });
});

test('windows hold the rows up to their last, oldest first, row-major', () => {
  const [a, b] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(10, 20, 30, 40)];
  const table = windowTable([a, b], Int32Array.of(1, 3), 2);
  const out = new Float32Array(8);
  copyWindows(table, 0, 2, out);
  assert.deepEqual([...out], [1, 10, 2, 20, 3, 30, 4, 40]);
  copyWindows(table, 1, 2, out);
  assert.deepEqual([...out.subarray(0, 4)], [3, 30, 4, 40]);
});

test('windows of any rows and steps are those of the columns', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.uniqueArray(fc.integer({ min: 4, max: 1_500 }), { minLength: 1, maxLength: 20 }),
      (steps, features, rows) => {
        const columns = Array.from({ length: features }, (_, f) =>
          Float32Array.from({ length: 1_501 }, (_, row) => 10_000 * f + row),
        );
        const ends = Int32Array.from(rows).sort();
        const out = new Float32Array(ends.length * steps * features);
        copyWindows(windowTable(columns, ends, steps), 0, ends.length, out);
        const expected = [...ends].flatMap(end =>
          Array.from({ length: steps }, (_, step) => columns.map(column => column[end - steps + 1 + step])),
        );
        assert.deepEqual([...out], expected.flat());
      },
    ),
  );
});

test('no rows have no windows', () => {
  assert.equal(windowTable([Float32Array.of(1)], new Int32Array(0), 3).values.length, 0);
});

test('warm-up is the longest look-back', () => {
  assert.equal(warmUpBars(definitionsOf(['roc_10'])), 10);
  assert.equal(warmUpBars(definitionsOf(['roc_10', 'bollinger_width_20_2'])), 19);
  assert.equal(warmUpBars(definitionsOf(FEATURE_SETS.core15)), CATALOG.find('macd_signal_12_26_9').lookBack);
});
