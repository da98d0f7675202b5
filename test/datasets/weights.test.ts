import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { balancedWeights } from '../../datasets/weights.ts';

test('balanced weights give each class that occurs the same total, and average 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 200 }), list => {
      const label = Int8Array.from(list);
      const weights = balancedWeights(label, 3);
      const present = [0, 1, 2].filter(value => list.includes(value));
      for (const value of present) {
        const total = weights.filter((_, row) => label[row] === value).reduce((a, b) => a + b);
        assert.ok(Math.abs(total - list.length / present.length) < 1e-4);
      }
    }),
  );
});

test('balanced weights by hand: n / (k · count)', () => {
  assert.deepEqual(
    [...balancedWeights(Int8Array.of(0, 0, 0, 2), 3)],
    [2 / 3, 2 / 3, 2 / 3, 2].map(Math.fround),
  );
});

test('rows without label weigh nothing and are not counted', () => {
  assert.deepEqual([...balancedWeights(Int8Array.of(-1, 0, 1), 3)], [0, 1, 1]);
});
