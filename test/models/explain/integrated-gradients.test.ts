import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { integratedGradients, type Score } from '../../../models/explain/integrated-gradients.ts';

/** One group per cell. */
function cells(width: number): Int32Array[] {
  return Array.from({ length: width }, (_, cell) => Int32Array.of(cell));
}

/** A score per row, from the row's values. */
function scoreOf(...formulas: readonly ((x: readonly number[]) => number)[]): Score {
  return async (x, rows) => {
    const width = x.length / rows;
    return Float64Array.from({ length: rows * formulas.length }, (_, at) => {
      const row = Math.floor(at / formulas.length);
      return formulas[at % formulas.length]([...x.subarray(row * width, (row + 1) * width)]);
    });
  };
}

async function contributions(score: Score, window: number[], baseline: number[], segments = 64) {
  const path = {
    window: Float32Array.from(window),
    baseline: Float32Array.from(baseline),
    groups: cells(window.length),
  };
  return await integratedGradients(score, path, segments);
}

function assertNear(got: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(got.length, expected.length);
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(got[at] - value) <= tolerance, `${at}: ${got[at]} against ${value}`);
}

test('what adds up is credited with its own part, exactly', async () => {
  const linear = scoreOf(([a, b]) => 3 * a - 2 * b + 1);
  const { values, base, answer } = await contributions(linear, [1, 2], [0.5, 0]);
  assertNear(values, [1.5, -4], 1e-6);
  assert.deepEqual([base[0], answer[0]], [2.5, 0]);
});

test('a product is shared by its factors as the integral of its gradient says', async () => {
  // ∫ of y along the path to (3, 5) from (1, 1): 2 · (1 + 5) / 2 for x, 4 · (1 + 3) / 2 for y.
  const product = scoreOf(([x, y]) => x * y);
  assertNear((await contributions(product, [3, 5], [1, 1])).values, [6, 8], 1e-5);
});

test('every score has contributions of its own', async () => {
  const two = scoreOf(
    ([x]) => x,
    ([, y]) => -y,
  );
  assertNear((await contributions(two, [1, 1], [0, 0])).values, [1, 0, 0, -1], 1e-6);
});

test('contributions of a smooth score add up to what it moved, the closer the finer the path is cut', async () => {
  const value = fc.double({ min: -2, max: 2, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 4, maxLength: 4 }),
      fc.array(value, { minLength: 4, maxLength: 4 }),
      async (window, baseline) => {
        const smooth = scoreOf(([a, b, c, d]) => Math.tanh(a * b) + Math.sin(c) * d);
        const { values, base, answer } = await contributions(smooth, window, baseline, 128);
        const sum = values.reduce((total, part) => total + part, 0);
        assert.ok(Math.abs(sum - (answer[0] - base[0])) < 0.002);
      },
    ),
    { numRuns: 50 },
  );
});

test('a score that jumps is credited to the value that crosses its threshold', async () => {
  const steps = scoreOf(([a, b]) => Number(a > 0.3) * 2 + Number(b > 0.71));
  assertNear((await contributions(steps, [1, 1], [0, 0])).values, [2, 1], 1e-12);
});

test('a value that is missing, or without anything usual, moves nothing', async () => {
  const known = scoreOf(values => values.reduce((sum, value) => sum + (Number.isNaN(value) ? 10 : value), 0));
  const { values, base } = await contributions(known, [Number.NaN, 2, 3], [1, 1, Number.NaN]);
  assertNear(values, [0, 1, 0], 1e-6);
  assert.equal(base[0], 14);
});

test('a window that is the usual one is moved by nothing', async () => {
  const { values } = await contributions(
    scoreOf(([a, b]) => Math.exp(a * b)),
    [0.3, 0.7],
    [0.3, 0.7],
  );
  assert.deepEqual([...values], [0, 0]);
});

test('groups of cells move together', async () => {
  const path = {
    window: Float32Array.of(1, 2, 3, 4),
    baseline: new Float32Array(4),
    groups: [Int32Array.of(0, 2), Int32Array.of(1, 3)],
  };
  const { values } = await integratedGradients(
    scoreOf(([a, b, c, d]) => a + 2 * b + 3 * c + 4 * d),
    path,
    4,
  );
  assertNear(values, [10, 20], 1e-5);
});
