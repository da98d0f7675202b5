import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { WeightSpec } from '../../contracts/recipe.ts';
import { rowWeights } from '../../datasets/weights/index.ts';
import { decayAt } from '../../datasets/weights/time-decay.ts';
import { labelOverlap } from '../../datasets/weights/uniqueness.ts';
import { near } from '../support/near.ts';
import { recipeWith } from '../support/recipes.ts';

const NONE: WeightSpec = { uniqueness: false, classBalance: false };

test('uniqueness of labels that run alone, together, and partly together', () => {
  const times = { bar: Int32Array.of(0, 4, 4, 6), labelEnd: Int32Array.of(3, 8, 6, 10) };
  const { uniqueness, meanConcurrency } = labelOverlap(Int32Array.of(0, 1, 2, 3), times);
  // Labels run over 1-3, 5-8, 5-6 and 7-10: bars 5 and 6 hold two, 7 and 8 two.
  assert.deepEqual([...uniqueness], [1, 1 / 2, 1 / 2, 3 / 4]);
  near(meanConcurrency, 13 / 9);
});

test('uniqueness equals a count bar by bar', () => {
  const labels = fc.array(fc.record({ step: fc.nat(3), held: fc.integer({ min: 1, max: 20 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 4 }), (rows, every) => {
      let bar = 5;
      const starts = rows.map(({ step }) => (bar += step));
      const times = {
        bar: Int32Array.from(starts),
        labelEnd: Int32Array.from(rows, ({ held }, row) => starts[row] + held),
      };
      const chosen = Int32Array.from(starts.keys()).filter(row => row % every === 0);
      const runs = (row: number, at: number) => at > times.bar[row] && at <= times.labelEnd[row];
      const { uniqueness } = labelOverlap(chosen, times);
      for (const [position, row] of chosen.entries()) {
        let sum = 0;
        for (let at = times.bar[row] + 1; at <= times.labelEnd[row]; at++)
          sum += 1 / chosen.filter(other => runs(other, at)).length;
        near(uniqueness[position], sum / (times.labelEnd[row] - times.bar[row]), 1e-10);
      }
    }),
  );
});

test('time decay halves at the half-life: along a line to nothing, or along a curve', () => {
  const at = (kind: 'linear' | 'exponential') =>
    [0, 50, 100, 200, 300].map(age => decayAt(age, { kind, halfLifeBars: 100 }));
  assert.deepEqual(at('linear'), [1, 0.75, 0.5, 0, 0]);
  assert.deepEqual(at('exponential'), [1, Math.SQRT1_2, 0.5, 0.25, 0.125]);
});

test('weights multiply, have mean 1 over the training rows, and leave other rows at 1', () => {
  const rows = {
    bar: Int32Array.of(0, 10, 20, 30, 40, 50),
    labelEnd: Int32Array.of(5, 15, 25, 35, 45, 55),
    label: Int8Array.of(0, 0, 0, 1, 1, 0),
    classes: 3,
  };
  const blocks = { train: Int32Array.of(0, 1, 2, 3), validation: Int32Array.of(4) };
  const timeDecay = { kind: 'exponential', halfLifeBars: 10 } as const;
  const decay = [0.125, 0.25, 0.5, 1];
  const balance = [2 / 3, 2 / 3, 2 / 3, 2];
  const scaled = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return values.map(value => Math.fround(value / mean));
  };
  assert.deepEqual([...rowWeights(blocks, rows, NONE)], [1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...rowWeights(blocks, rows, { ...NONE, timeDecay })], [...scaled(decay), 1, 1]);
  assert.deepEqual(
    [...rowWeights(blocks, rows, { uniqueness: true, classBalance: true, timeDecay })],
    [...scaled(decay.map((factor, row) => factor * balance[row])), 2, 1],
  );
});

test('classes are not balanced twice, and a return has none to balance', () => {
  const weights = { classBalance: true };
  assert.throws(() => recipeWith({ weights }), {
    code: 'RECIPE_INVALID',
    message: /weights\.classBalance: train\.classWeights already balances/,
  });
  const train = { estimator: 'lightgbm', classWeights: 'none' };
  assert.deepEqual(recipeWith({ weights, train }).weights, { uniqueness: false, classBalance: true });
  const returns = { task: 'return', labels: { kind: 'forward-return', horizonBars: 3 }, train };
  assert.throws(() => recipeWith({ ...returns, weights }), { message: /the task return has no classes/ });
});
