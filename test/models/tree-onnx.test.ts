import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { type ModelSession, openSession } from '../../models/onnx/session.ts';
import { LightgbmLibrary } from '../../models/trees/lightgbm-library.ts';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { freeing } from '../../models/trees/native-library.ts';
import type { TreeModel } from '../../models/trees/tree-model.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { XgboostLibrary } from '../../models/trees/xgboost-library.ts';
import { parseXgboostModel } from '../../models/trees/xgboost-model.ts';
import { nativeLibrary } from '../support/native-library.ts';
import {
  CLASSES,
  contractOf,
  generator,
  modelOfClasses,
  smallModel,
  stump,
  treeModelFile,
  windowsOf,
} from './fixtures.ts';
import { lightgbmText, type MissingRule, type TextTree, textStump } from './tree-lightgbm-text.ts';
import { rawScores } from './tree-raw-scores.ts';
import { xgboostText } from './tree-xgboost-text.ts';

const RULES: readonly MissingRule[] = ['as-zero', 'default-left', 'default-right'];
const lightgbm = new LightgbmLibrary(nativeLibrary('lightgbm'));
const xgboost = new XgboostLibrary(nativeLibrary('xgboost'));
const TINY = [0, -0, 1e-35, -1e-35, Math.fround(1e-35), -Math.fround(1e-35), 1e-40, -1e-40];

test('every float32 near a threshold, tiny, infinite or missing takes the branch it takes in LightGBM', async () => {
  const threshold = fc.oneof(
    fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...TINY, 0.1, Infinity),
  );
  await fc.assert(
    fc.asyncProperty(threeOf(threshold, fc.constantFrom(...RULES)), async stumps => {
      const trees = stumps.map(([value, rule], at) => textStump(at, value, rule));
      const special = [Infinity, -Infinity];
      await assertAnswersOfLightgbm(trees, inputsAround([...stumps.map(([value]) => value), ...special]));
    }),
    { numRuns: 60 },
  );
});

test('every float32 near a threshold, tiny or missing takes the branch it takes in XGBoost, to the last bit', async () => {
  const threshold = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...TINY, Math.fround(1e-45), Math.fround(-1e-45), Math.fround(0.1)),
  );
  await fc.assert(
    fc.asyncProperty(threeOf(threshold, fc.boolean()), async stumps => {
      const text = xgboostText(
        stumps.map(([value, missingLeft], feature) => ({ feature, threshold: value, missingLeft })),
        [0.25, -0.125, 0.5],
      );
      const x = inputsAround(stumps.map(([value]) => value)).filter(value => Math.abs(value) !== Infinity);
      await assertAnswersOfXgboost(text, x);
    }),
    { numRuns: 60 },
  );
});

test('float32 sums of many trees are XGBoost’s own, to the last bit', async () => {
  const random = generator(5);
  const stumps = Array.from({ length: 600 }, (_, at) => ({
    feature: at % 3,
    threshold: random() * 2 - 1,
    missingLeft: random() < 0.5,
    leaves: [random() * 0.1, -random() * 0.1] as const,
  }));
  const x = Float32Array.from({ length: 3_000 }, () => (random() < 0.1 ? Number.NaN : random() * 2 - 1));
  await assertAnswersOfXgboost(xgboostText(stumps, [0.1, -0.2, 0.3]), x);
});

test('a tree of one leaf and deep trees are exported as they are', async () => {
  const constant: TextTree = {
    ...{ feature: [], threshold: [], missing: [] },
    ...{ left: [], right: [], leafValue: [0.3] },
  };
  const chain: TextTree = {
    feature: [0, 1, 2],
    threshold: [0, -0.5, 0.5],
    missing: ['default-right', 'as-zero', 'default-left'],
    left: [1, ~0, ~2],
    right: [~1, 2, ~3],
    leafValue: [1, -1, 2, -2],
  };
  const x = Float32Array.from({ length: 300 }, (_, at) => (at % 11 === 0 ? Number.NaN : Math.sin(at)));
  await assertAnswersOfLightgbm([constant, chain, textStump(2, 0)], x);
});

test('a row’s answer is bit-equal alone, in a batch of 34 and in one of 340, in either precision', async () => {
  const random = generator(3);
  const trees = Array.from({ length: 600 }, () =>
    stump(Math.floor(random() * 3), random() * 2 - 1, { leafValue: Float64Array.of(random(), -random()) }),
  );
  const x = Float32Array.from({ length: 340 * 3 }, () => random() * 2 - 1);
  for (const precision of ['float32', 'float64'] as const) {
    await withSession({ ...modelOfClasses(3, trees), precision }, async session => {
      const all = await session.run(x, 340);
      for (const batch of [1, 34]) {
        for (let row = 0; row < 340; row += batch) {
          const part = await session.run(x.slice(row * 3, (row + batch) * 3), batch);
          assert.deepEqual(part, all.slice(row * 3, (row + batch) * 3));
        }
      }
      assert.deepEqual(await runRows(session, windowsOf(x, 3)), all);
    });
  }
});

test('the same model gives the same bytes', () => {
  const contract = contractOf(3);
  assert.deepEqual(treeModelFile(smallModel(), contract), treeModelFile(smallModel(), contract));
});

function threeOf<A, B>(first: fc.Arbitrary<A>, second: fc.Arbitrary<B>) {
  return fc.array(fc.tuple(first, second), { minLength: 3, maxLength: 3 });
}

/** The float32 values at and beside each threshold, and those with rules of their own; one row of 3 per value. */
function inputsAround(thresholds: readonly number[]): Float32Array {
  const special = [...TINY, Number.NaN, 1e-36, -1e-36, 1.1e-35, -1.1e-35, 1e-44, -1e-45, 1e-45];
  const near = thresholds.flatMap(value => [...neighbours(Math.fround(value)), 0]);
  return Float32Array.from([...special, ...near].flatMap(value => [value, value, value]));
}

function neighbours(value: number): number[] {
  const float = Float32Array.of(value, value, value);
  const bits = new Uint32Array(float.buffer);
  bits[0] -= 1;
  bits[2] += 1;
  return [...float];
}

async function assertAnswersOfLightgbm(trees: readonly TextTree[], x: Float32Array): Promise<void> {
  const text = lightgbmText(3, trees);
  const raw = freeing(native =>
    native.use(lightgbm.boosterFromText(text)).scores(x, x.length / 3, CLASSES.length),
  );
  const own = calibrate(raw, noCalibration(CLASSES.length));
  await withSession(parseLightgbmModel(text), async session => {
    const exported = await session.run(x, x.length / 3);
    exported.forEach((probability, at) => {
      const difference = Math.abs(probability - own[at]);
      assert.ok(difference < 5e-7, `row ${Math.floor(at / 3)} (${x[at]}): ${probability} against ${own[at]}`);
    });
  });
}

async function assertAnswersOfXgboost(text: string, x: Float32Array): Promise<void> {
  const rows = x.length / 3;
  const own = xgboost.scores(text, x, rows);
  const exported = await rawScores(treeScores(parseXgboostModel(text)), x, rows);
  own.forEach((score, at) => {
    assert.equal(exported[at], score, `row ${Math.floor(at / 3)} (${x[at]})`);
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
