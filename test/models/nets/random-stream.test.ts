import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { glorotUniform, heUniform, orthogonal, uniformByInputs } from '../../../models/nets/initializers.ts';
import { fillPhilox, type PhiloxCounter, type PhiloxKey } from '../../../models/nets/philox.ts';
import { RandomStream } from '../../../models/nets/random-stream.ts';

/** Random123's known answers for philox4x32-10. */
const KNOWN: readonly (readonly [PhiloxCounter, PhiloxKey, readonly number[]])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test('Philox gives the words that its authors publish', () => {
  for (const [counter, key, expected] of KNOWN) {
    const words = new Uint32Array(4);
    fillPhilox(key, counter, words);
    assert.deepEqual([...words], expected);
  }
});

test('numbers depend on seed, stream and counter, and not on what was asked before', () => {
  const draw = (seed: number, name: string, counter: number): string =>
    String(new RandomStream(seed, name).uniform(counter, new Float32Array(9)));
  const stream = new RandomStream(7, 'rows');
  stream.permutation(3, 1_000);
  assert.equal(String(stream.uniform(12, new Float32Array(9))), draw(7, 'rows', 12));
  const others = [
    draw(8, 'rows', 12),
    draw(7, 'mask', 12),
    draw(7, 'rows', 13),
    draw(7, 'rows', 12 + 2 ** 32),
  ];
  assert.equal(new Set([...others, draw(7, 'rows', 12)]).size, 5);
});

test('uniform, normal and mask have the moments of their names', () => {
  const stream = new RandomStream(1, 'moments');
  const count = 200_000;
  const moments = (values: Float32Array): [mean: number, variance: number] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count];
  };
  const expected = [
    [stream.uniform(0, new Float32Array(count)), 1 / 2, 1 / 12],
    [stream.normal(1, new Float32Array(count)), 0, 1],
    [stream.mask(2, 0.3, new Float32Array(count)), 1, 0.3 / 0.7],
  ] as const;
  for (const [values, mean, variance] of expected) {
    const [gotMean, gotVariance] = moments(values);
    assert.ok(Math.abs(gotMean - mean) < 0.01, `mean ${gotMean}`);
    assert.ok(Math.abs(gotVariance - variance) < 0.01, `variance ${gotVariance}`);
  }
});

test('a permutation holds every number once, and every number comes first about equally often', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: 0, max: 200 }), (counter, count) => {
      const order = new RandomStream(3, 'order').permutation(counter, count);
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        [...Array(count).keys()],
      );
    }),
  );
  const first = new Uint32Array(5);
  for (let counter = 0; counter < 5_000; counter++)
    first[new RandomStream(3, 'first').permutation(counter, 5)[0]]++;
  for (const times of first) assert.ok(Math.abs(times - 1_000) < 150, String(first));
});

test('initial weights keep within the limits of their source', () => {
  const random = new RandomStream(2, 'weights');
  const limits = [
    [glorotUniform([30, 20], random), Math.sqrt(6 / 50)],
    [heUniform([30, 20], random), Math.sqrt(6 / 30)],
    [uniformByInputs(100)([30, 20], random), 0.1],
  ] as const;
  for (const [values, limit] of limits) {
    const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    assert.ok(largest <= limit && largest > 0.98 * limit, `${largest} of ${limit}`);
  }
});

test('an orthogonal matrix has orthonormal rows or columns, times the gain', () => {
  for (const [rows, columns] of [
    [4, 9],
    [9, 4],
    [5, 5],
  ]) {
    const matrix = orthogonal(2)([rows, columns], new RandomStream(4, `${rows}`));
    const vector = (at: number): number[] =>
      Array.from({ length: Math.max(rows, columns) }, (_, i) =>
        rows <= columns ? matrix[at * columns + i] : matrix[i * columns + at],
      );
    for (let a = 0; a < Math.min(rows, columns); a++) {
      for (let b = 0; b <= a; b++) {
        const product = vector(a).reduce((sum, value, i) => sum + value * vector(b)[i], 0);
        assert.ok(Math.abs(product - (a === b ? 4 : 0)) < 1e-5);
      }
    }
  }
});
