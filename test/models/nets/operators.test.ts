import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { OPERATORS } from '../../../models/nets/operators/index.ts';
import { batchStatistics } from '../../../models/nets/operators/normalization.ts';
import { checkGradients, type GradientCase } from './gradient-check.ts';

const side = fc.integer({ min: 1, max: 4 });
const shape = fc.array(side, { minLength: 1, maxLength: 3 });
/** A shape, and one that broadcasts to it. */
const broadcast = fc
  .tuple(shape, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(2))
  .map(
    ([dims, isOne, dropped]) =>
      [
        dims,
        dims.map((dim, axis) => (isOne[axis] ? 1 : dim)).slice(Math.min(dropped, dims.length - 1)),
      ] as const,
  );
const awayFromZero = (draw: number): number => draw + Math.sign(draw || 1) * 0.1;
const positive = (draw: number): number => draw + 1.5;

const onOne = (build: GradientCase['build'], place?: GradientCase['place']) =>
  shape.map(dims => ({ inputs: [dims], build, place }));
const onTwo = (build: GradientCase['build'], place?: GradientCase['place']) =>
  broadcast.map(([a, b]) => ({ inputs: [a, b], build, place }));
const sequence = fc.tuple(fc.integer({ min: 1, max: 5 }), side, side);

/** For every operator, cases on random shapes. */
const CASES: Readonly<Record<keyof typeof OPERATORS, fc.Arbitrary<GradientCase>>> = {
  add: onTwo((ops, [a, b]) => ops.add(a, b)),
  subtract: onTwo((ops, [a, b]) => ops.subtract(b, a)),
  multiply: onTwo((ops, [a, b]) => ops.multiply(a, b)),
  divide: onTwo((ops, [a, b]) => ops.divide(a, b), awayFromZero),
  minimum: onTwo((ops, [a, b]) => ops.minimum(a, b)),
  maximum: onTwo((ops, [a, b]) => ops.maximum(a, b)),
  affine: onOne((ops, [a]) => ops.affine(a, { factor: -1.5, shift: 0.25 })),
  clip: onOne((ops, [a]) => ops.clip(a, { min: -0.5, max: 0.3 })),
  exp: onOne((ops, [a]) => ops.exp(a)),
  log: onOne((ops, [a]) => ops.log(a), positive),
  sqrt: onOne((ops, [a]) => ops.sqrt(a), positive),
  power: onOne((ops, [a]) => ops.power(a, { exponent: 2.5 }), positive),
  relu: onOne((ops, [a]) => ops.relu(a), awayFromZero),
  gelu: onOne(
    (ops, [a]) => ops.gelu(a),
    draw => 4 * draw,
  ),
  tanh: onOne((ops, [a]) => ops.tanh(a)),
  sigmoid: onOne((ops, [a]) => ops.sigmoid(a)),
  softmax: onOne((ops, [a]) => ops.softmax(a, { axis: 0 })),
  logSoftmax: onOne((ops, [a]) => ops.logSoftmax(a, { axis: -1 })),
  reshape: onOne((ops, [a]) => ops.reshape(a, { dims: [a.dims.reduce((x, y) => x * y, 1), 1] })),
  transpose: fc.tuple(side, side, side).map(dims => ({
    inputs: [dims],
    build: (ops, [a]) => ops.transpose(a, { order: [2, 0, 1] }),
  })),
  concat: fc.tuple(side, side, side).map(([rows, left, right]) => ({
    inputs: [
      [rows, left],
      [rows, right],
    ],
    build: (ops, [a, b]) => ops.concat(a, b, a, { axis: 1 }),
  })),
  slice: fc.tuple(side, fc.integer({ min: 3, max: 6 }), fc.nat(2)).map(([rows, columns, from]) => ({
    inputs: [[rows, columns]],
    build: (ops, [a]) => ops.slice(a, { axis: 1, from, to: columns - (from === 1 ? 1 : 0) }),
  })),
  sum: fc.tuple(side, side, side, fc.boolean()).map(([a, b, c, keep]) => ({
    inputs: [[a, b, c]],
    build: (ops, [x]) => ops.sum(x, { axes: [0, 2], keep }),
  })),
  mean: fc.tuple(side, side, side, fc.boolean()).map(([a, b, c, keep]) => ({
    inputs: [[a, b, c]],
    build: (ops, [x]) => ops.mean(x, { axes: [1], keep }),
  })),
  matmul: fc.tuple(shape, side, side).map(([lead, inner, columns]) => ({
    inputs: [
      [...lead, inner],
      [inner, columns],
    ],
    build: (ops, [a, b]) => ops.matmul(a, b),
  })),
  linear: fc.tuple(shape, side, side).map(([lead, inner, columns]) => ({
    inputs: [[...lead, inner], [inner, columns], [columns]],
    build: (ops, [x, weight, bias]) => ops.linear(x, weight, bias),
  })),
  unfold: fc
    .tuple(sequence, fc.uniqueArray(fc.integer({ min: -3, max: 6 }), { minLength: 1, maxLength: 3 }))
    .map(([dims, lags]) => ({ inputs: [dims], build: (ops, [x]) => ops.unfold(x, { lags }) })),
  maxPool: fc
    .tuple(fc.integer({ min: 3, max: 7 }), side, side, fc.integer({ min: 1, max: 3 }))
    .map(([steps, batch, channels, size]) => ({
      inputs: [[steps, batch, channels]],
      build: (ops, [x]) => ops.maxPool(x, { size }),
    })),
  batchNorm: fc.tuple(fc.integer({ min: 2, max: 4 }), side, side).map(([steps, batch, channels]) => ({
    inputs: [[steps, batch, channels], [channels], [channels]],
    build: (ops, [x, gain, bias], graph) =>
      ops.batchNorm(x, gain, bias, { statistics: batchStatistics(graph, x) }),
  })),
  layerNorm: fc.tuple(side, side, fc.integer({ min: 2, max: 4 })).map(([steps, batch, channels]) => ({
    inputs: [[steps, batch, channels], [channels], [channels]],
    build: (ops, [x, gain, bias]) => ops.layerNorm(x, gain, bias),
  })),
  lstm: fc.tuple(sequence, side, fc.boolean()).map(([[steps, batch, inputs], units, last]) => ({
    inputs: [[steps, batch, inputs], [inputs + units, 4 * units], [4 * units]],
    build: (ops, [x, weight, bias]) => ops.lstm(x, weight, bias, { last }),
  })),
  gru: fc.tuple(sequence, side, fc.boolean()).map(([[steps, batch, inputs], units, last]) => ({
    inputs: [[steps, batch, inputs], [inputs, 3 * units], [units, 3 * units], [3 * units], [3 * units]],
    build: (ops, [x, inputWeight, stateWeight, inputBias, stateBias]) =>
      ops.gru(x, inputWeight, stateWeight, inputBias, stateBias, { last }),
  })),
};

for (const [name, cases] of Object.entries(CASES)) {
  test(`the gradient of ${name} is that of central differences`, () => {
    fc.assert(
      fc.property(cases, fc.nat(1e6), (each, seed) => checkGradients(each, seed)),
      { numRuns: 8, seed: 5 },
    );
  });
}

test('every operator has a gradient check', () => {
  assert.deepEqual(Object.keys(CASES).sort(), Object.keys(OPERATORS).sort());
});
