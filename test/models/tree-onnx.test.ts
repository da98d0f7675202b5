import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { type ModelSession, openSession } from '../../models/onnx/session.ts';
import { LightgbmLibrary } from '../../models/trees/lightgbm-library.ts';
import type { MissingRule, Tree, TreeModel } from '../../models/trees/lightgbm-model.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import {
  CLASSES,
  contractOf,
  generator,
  lightgbmText,
  smallModel,
  stump,
  treeModelFile,
  windowsOf,
} from './fixtures.ts';

const RULES: readonly MissingRule[] = ['as-zero', 'default-left', 'default-right'];
const library = new LightgbmLibrary(lightgbmLibrary());

test('every float32 near a threshold, tiny, infinite or missing takes the branch it takes in LightGBM', async () => {
  const threshold = fc.oneof(
    fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(
      0,
      -0,
      1e-35,
      -1e-35,
      Math.fround(1e-35),
      -Math.fround(1e-35),
      1e-40,
      -1e-40,
      0.1,
      Infinity,
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(threshold, fc.constantFrom(...RULES)), { minLength: 3, maxLength: 3 }),
      async stumps => {
        const trees = stumps.map(([value, rule], at) => stump(at, value, { missing: [rule] }));
        const x = Float32Array.from(inputsAround(trees.map(tree => tree.threshold[0])));
        await assertSameAnswers({ features: 3, classes: 3, trees }, x);
      },
    ),
    { numRuns: 60 },
  );
});

test('a tree of one leaf and deep trees are exported as they are', async () => {
  const constant: Tree = {
    ...{ feature: new Int32Array(), threshold: new Float64Array(), missing: [] },
    ...{ left: new Int32Array(), right: new Int32Array(), leafValue: Float64Array.of(0.3) },
  };
  const chain: Tree = {
    feature: Int32Array.of(0, 1, 2),
    threshold: Float64Array.of(0, -0.5, 0.5),
    missing: ['default-right', 'as-zero', 'default-left'],
    left: Int32Array.of(1, ~0, ~2),
    right: Int32Array.of(~1, 2, ~3),
    leafValue: Float64Array.of(1, -1, 2, -2),
  };
  const x = Float32Array.from({ length: 300 }, (_, at) => (at % 11 === 0 ? Number.NaN : Math.sin(at)));
  await assertSameAnswers({ features: 3, classes: 3, trees: [constant, chain, stump(2, 0)] }, x);
});

test('a row’s answer is bit-equal alone, in a batch of 34 and in one of 340', async () => {
  const random = generator(3);
  const trees = Array.from({ length: 600 }, () =>
    stump(Math.floor(random() * 3), random() * 2 - 1, { leafValue: Float64Array.of(random(), -random()) }),
  );
  const x = Float32Array.from({ length: 340 * 3 }, () => random() * 2 - 1);
  await withSession({ features: 3, classes: 3, trees }, async session => {
    const all = await session.run(x, 340);
    for (const batch of [1, 34]) {
      for (let row = 0; row < 340; row += batch) {
        const part = await session.run(x.slice(row * 3, (row + batch) * 3), batch);
        assert.deepEqual(part, all.slice(row * 3, (row + batch) * 3));
      }
    }
    assert.deepEqual(await runRows(session, windowsOf(x, 3)), all);
  });
});

test('the same model gives the same bytes', () => {
  const contract = contractOf(3);
  assert.deepEqual(treeModelFile(smallModel(), contract), treeModelFile(smallModel(), contract));
});

/** The float32 values at and beside each threshold, and those with rules of their own; one row of 3 per value. */
function inputsAround(thresholds: readonly number[]): number[] {
  const special = [
    Number.NaN,
    0,
    -0,
    Infinity,
    -Infinity,
    1e-35,
    -1e-35,
    1e-36,
    -1e-36,
    1.1e-35,
    -1.1e-35,
    1e-44,
  ];
  const near = thresholds.flatMap(value => [...neighbours(Math.fround(value)), 0]);
  return [...special, ...near].flatMap(value => [value, value, value]);
}

function neighbours(value: number): number[] {
  const float = Float32Array.of(value, value, value);
  const bits = new Uint32Array(float.buffer);
  bits[0] -= 1;
  bits[2] += 1;
  return [...float];
}

async function assertSameAnswers(model: TreeModel, x: Float32Array): Promise<void> {
  const rows = x.length / model.features;
  const booster = library.boosterFromText(lightgbmText(model));
  const own = calibrate(booster.scores(x, rows, CLASSES.length), noCalibration(CLASSES.length));
  booster[Symbol.dispose]();
  await withSession(model, async session => {
    const exported = await session.run(x, rows);
    exported.forEach((probability, at) => {
      const difference = Math.abs(probability - own[at]);
      assert.ok(difference < 5e-7, `row ${Math.floor(at / 3)} (${x[at]}): ${probability} against ${own[at]}`);
    });
  });
}

async function withSession(model: TreeModel, use: (session: ModelSession) => Promise<void>): Promise<void> {
  const session = await openSession(treeModelFile(model, contractOf(model.features)));
  try {
    await use(session);
  } finally {
    await session.dispose();
  }
}
