import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LightgbmLibrary } from '../../models/trees/lightgbm-library.ts';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { freeing } from '../../models/trees/native-library.ts';
import type { Tree, TreeModel } from '../../models/trees/tree-model.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { treeContributions } from '../../models/trees/tree-shap.ts';
import { parseXgboostModel } from '../../models/trees/xgboost-model.ts';
import { golden, type PackedArray, unpackFloat32, unpackFloat64 } from '../support/golden.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { modelOfClasses, stump } from './fixtures.ts';
import { FEATURES, TARGETS, tasks, testX, trainX } from './tree-oracle-data.ts';
import { rawScores } from './tree-raw-scores.ts';

const first = testX.slice(0, 20 * FEATURES);

test('SHAP values of a model are LightGBM’s own', () => {
  const { model_text: text } = golden<{ model_text: string }>('lightgbm.json');
  const { shap_contributions_first_20: expected } = golden<{ shap_contributions_first_20: PackedArray }>(
    'gradient_boosting_shap.json',
  );
  assertNear(treeContributions(parseLightgbmModel(text), first, 20), unpackFloat64(expected), 1e-12);
});

test('SHAP values of a model are XGBoost’s own, which takes them in float32', () => {
  const { model_json: json, contributions_first_20: expected } = golden<{
    model_json: object;
    contributions_first_20: PackedArray;
  }>('gradient_boosting_xgboost.json');
  const model = parseXgboostModel(JSON.stringify(json));
  assertNear(treeContributions(model, first, 20), unpackFloat32(expected), 1e-6);
});

for (const { name, params, target, contributions_first_5: expected } of tasks.lightgbm) {
  if (!expected) continue;
  test(`${name}: SHAP values are LightGBM’s own`, () => {
    const own = treeContributions(trained(params, TARGETS[target]), testX.slice(0, 5 * FEATURES), 5);
    assertNear(target === 'two' ? secondOf(own) : own, expected, 1e-12);
  });
}

test('SHAP values add up to the row’s score, whatever the trees', async () => {
  const random = fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true });
  const value = fc.oneof(random, fc.constant(Number.NaN));
  await fc.assert(
    fc.asyncProperty(
      fc.array(treeOf(random), { minLength: 3, maxLength: 3 }),
      fc.array(value, { minLength: 30, maxLength: 30 }),
      async (trees, values) => {
        const model = modelOfClasses(3, trees);
        const x = Float32Array.from(values);
        const scores = await rawScores(treeScores(model), x, 10);
        const sums = sumsOf(treeContributions(model, x, 10), 4);
        assertNear(sums, scores, 1e-6);
      },
    ),
    { numRuns: 50 },
  );
});

test('a feature that no tree splits by moves nothing; one that decides alone moves everything', () => {
  const model: TreeModel = { ...modelOfClasses(2, [stump(0, 0)]), outputs: 1 };
  assert.deepEqual([...treeContributions(model, Float32Array.of(-1, 5), 1)], [-0.5, 0, 0]);
  assert.deepEqual([...treeContributions(model, Float32Array.of(1, 5), 1)], [0.5, 0, 0]);
});

test('values on a threshold and missing ones go where the model sends them', () => {
  const at = (model: TreeModel, value: number) => treeContributions(model, Float32Array.of(value), 1)[0];
  const atMost: TreeModel = { ...modelOfClasses(1, [stump(0, 0.5)]), outputs: 1 };
  assert.equal(at(atMost, 0.5), -0.5);
  assert.equal(at({ ...atMost, goesLeft: 'below' }, 0.5), 0.5);
  assert.equal(at(atMost, Number.NaN), -0.5);
  const right = modelOfClasses(1, [stump(0, 0.5, { missingLeft: Uint8Array.of(0) })]);
  assert.equal(at({ ...right, outputs: 1 }, Number.NaN), 0.5);
});

test('splits that no training row came to give finite values that add up', () => {
  const empty = stump(0, 0, { splitCover: Float64Array.of(0), leafCover: Float64Array.of(0, 0) });
  const oneSided = stump(0, 0, { leafCover: Float64Array.of(20, 0) });
  for (const tree of [empty, oneSided]) {
    const model: TreeModel = { ...modelOfClasses(1, [tree]), outputs: 1 };
    for (const value of [-1, 1])
      assert.deepEqual([...sumsOf(treeContributions(model, Float32Array.of(value), 1), 2)], [value / 2]);
  }
});

/** A chain of three splits, which may split by the same feature again. */
function treeOf(random: fc.Arbitrary<number>): fc.Arbitrary<Tree> {
  return fc
    .record({
      feature: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
      threshold: fc.array(random, { minLength: 3, maxLength: 3 }),
      missingLeft: fc.array(fc.nat(1), { minLength: 3, maxLength: 3 }),
      leafValue: fc.array(random, { minLength: 4, maxLength: 4 }),
      leafCover: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ feature, threshold, missingLeft, leafValue, leafCover: [a, b, c, d] }) => ({
      output: 0,
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      missingLeft: Uint8Array.from(missingLeft),
      left: Int32Array.of(1, ~0, ~2),
      right: Int32Array.of(~1, 2, ~3),
      leafValue: Float64Array.from(leafValue),
      splitCover: Float64Array.of(a + b + c + d, a + c + d, c + d),
      leafCover: Float64Array.of(a, b, c, d),
    }));
}

function trained(params: (typeof tasks.lightgbm)[number]['params'], label: Float32Array): TreeModel {
  const library = new LightgbmLibrary(lightgbmLibrary());
  const featureNames = Array.from({ length: FEATURES }, (_, at) => `f${at}`);
  return freeing(native => {
    const input = { x: trainX, label, weight: null, featureNames };
    const table = native.use(library.dataset(input, params, null));
    const booster = native.use(library.booster(table, params));
    for (let round = 0; round < tasks.rounds; round += 1) booster.update();
    return parseLightgbmModel(booster.modelText(booster.rounds()));
  });
}

/** Of `[rows, 2, features + 1]` the second score's. */
function secondOf(values: Float64Array): Float64Array {
  const width = FEATURES + 1;
  return values.filter((_, at) => Math.floor(at / width) % 2 === 1);
}

function sumsOf(values: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(values.length / width);
  for (const [at, value] of values.entries()) sums[Math.floor(at / width)] += value;
  return sums;
}

function assertNear(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(got.length, expected.length);
  for (let at = 0; at < got.length; at += 1) {
    const difference = Math.abs(got[at] - expected[at]);
    assert.ok(difference <= tolerance, `${at}: ${got[at]} against ${expected[at]}`);
  }
}
