import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { thinnedRows } from '../../../evaluation/plots/thinning.ts';

const lines = fc.array(fc.double({ noNaN: false, min: -1e6, max: 1e6 }), { maxLength: 400 });

test('of each pixel column the first, lowest, highest and last stay, so no extreme is lost', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 30 }), (values, columns) => {
      const kept = [...thinnedRows(values, columns)];
      const finite = values.flatMap((value, row) => (Number.isFinite(value) ? [row] : []));
      assert.deepEqual(
        kept,
        [...new Set(kept)].sort((a, b) => a - b),
      );
      assert.ok(kept.every(row => Number.isFinite(values[row])));
      assert.ok(kept.length <= 4 * columns);
      if (values.length <= 4 * columns) return assert.deepEqual(kept, finite);
      for (let column = 0; column < columns; column++) {
        const within = (rows: number[]) =>
          rows.filter(row => {
            const [from, to] = [column, column + 1].map(edge => Math.floor((edge * values.length) / columns));
            return row >= from! && row < to!;
          });
        const [all, some] = [within(finite), within(kept)];
        assert.equal(some[0], all[0]);
        assert.equal(some.at(-1), all.at(-1));
        const range = (rows: number[]) => rows.map(row => values[row]!).sort((a, b) => a - b);
        assert.equal(range(some)[0], range(all)[0]);
        assert.equal(range(some).at(-1), range(all).at(-1));
      }
    }),
  );
});

test('an empty line and one of gaps keep nothing', () => {
  assert.equal(thinnedRows([], 10).length, 0);
  assert.equal(thinnedRows(new Float64Array(1_000).fill(Number.NaN), 10).length, 0);
});
