import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../features/catalog/index.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { assembleRows, fillMissing, warmUpBars } from '../../features/window.ts';
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

test('rows are assembled by name, row-major', () => {
  const columns = new Map([
    ['a', Float64Array.of(1, 2, 3)],
    ['b', Float64Array.of(10, 20, 30)],
  ]);
  assert.deepEqual([...assembleRows(columns, ['b', 'a'], [2, 0])], [30, 3, 10, 1]);
  assert.throws(() => assembleRows(columns, ['c'], [0]), { code: 'FEATURE_UNKNOWN' });
});

test('warm-up is the longest look-back', () => {
  assert.equal(warmUpBars(definitionsOf(['roc_10'])), 10);
  assert.equal(warmUpBars(definitionsOf(['roc_10', 'bollinger_width_20_2'])), 19);
  assert.equal(warmUpBars(definitionsOf(FEATURE_SETS.core15)), CATALOG.find('macd_signal_12_26_9').lookBack);
});
