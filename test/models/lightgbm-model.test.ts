import assert from 'node:assert/strict';
import test from 'node:test';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { smallModel } from './fixtures.ts';
import { lightgbmText, textStump } from './tree-lightgbm-text.ts';

const text = lightgbmText(3, [textStump(0, 0.25), textStump(1, -1), textStump(2, 3)]);

test('a model’s text is read back as it was', () => {
  assert.deepEqual(parseLightgbmModel(text), smallModel());
});

test('a threshold of inf parts missing from everything else', () => {
  const model = parseLightgbmModel(text.replace('threshold=0.25', 'threshold=inf'));
  assert.equal(model.trees[0].threshold[0], Infinity);
});

test('where NaN is read as 0, it goes to 0’s side', () => {
  const sides = [0.25, -1, 0].map(threshold => {
    const model = lightgbmText(
      3,
      [0, 1, 2].map(feature => textStump(feature, threshold, 'as-zero')),
    );
    return parseLightgbmModel(model).trees[0].missingLeft[0];
  });
  assert.deepEqual(sides, [1, 0, 1]);
});

test('averaged trees come out divided by their rounds', () => {
  const averaged = text.replace('label_index=0', 'label_index=0\naverage_output');
  assert.deepEqual(parseLightgbmModel(averaged).trees[0].leafValue, Float64Array.of(-0.5, 0.5));
  const rounds = lightgbmText(
    3,
    Array.from({ length: 12 }, (_, at) => textStump(at % 3, 0)),
  );
  const four = rounds.replace('label_index=0', 'label_index=0\naverage_output');
  assert.deepEqual(parseLightgbmModel(four).trees[0].leafValue, Float64Array.of(-0.125, 0.125));
});

test('a model of two classes adds to the second score, one of a number has one score', () => {
  const single = (objective: string) =>
    text
      .replace('num_class=3', 'num_class=1')
      .replace('num_tree_per_iteration=3', 'num_tree_per_iteration=1')
      .replace('objective=multiclass num_class:3', `objective=${objective}`);
  const two = parseLightgbmModel(single('binary sigmoid:1'));
  assert.deepEqual([two.outputs, ...two.trees.map(tree => tree.output)], [2, 1, 1, 1]);
  for (const objective of ['regression', 'regression_l1', 'huber']) {
    const one = parseLightgbmModel(single(objective));
    assert.deepEqual([one.outputs, ...one.trees.map(tree => tree.output)], [1, 0, 0, 0]);
  }
});

const unsupported: Record<string, [from: string, to: string, says: RegExp]> = {
  'categorical splits': ['decision_type=10', 'decision_type=1', /categories/],
  'zero as missing': ['decision_type=10', 'decision_type=6', /zero as missing/],
  'linear leaves': ['is_linear=0', 'is_linear=1', /linear leaves/],
  'another objective': ['objective=multiclass', 'objective=multiclassova', /multiclassova/],
  'another slope of the sigmoid': [
    'objective=multiclass num_class:3',
    'objective=binary sigmoid:2',
    /sigmoid:2/,
  ],
  'square roots of numbers': ['objective=multiclass num_class:3', 'objective=regression sqrt', /sqrt/],
  'another version': ['version=v4', 'version=v5', /v5/],
};

for (const [what, [from, to, says]] of Object.entries(unsupported)) {
  test(`${what}: refused as unsupported`, () => {
    assert.throws(() => parseLightgbmModel(text.replace(from, to)), {
      code: 'MODEL_UNSUPPORTED',
      message: says,
    });
  });
}

const damaged: Record<string, [from: string, to: string]> = {
  'an end that is missing': ['end of trees', ''],
  'a tree that is missing': ['Tree=2', 'tree'],
  'a feature that does not exist': ['split_feature=2', 'split_feature=3'],
  'a child that does not exist': ['right_child=-2', 'right_child=-3'],
  'a cycle': ['left_child=-1', 'left_child=0'],
  'a leaf with two parents': ['right_child=-2', 'right_child=-1'],
  'a threshold that is no number': ['threshold=0.25', 'threshold=nan'],
  'too few leaves': ['leaf_value=-0.5 0.5', 'leaf_value=-0.5'],
  'counts that are missing': ['leaf_count=10 10', 'leaf_count='],
  'a number of leaves that is no number': ['num_leaves=2', 'num_leaves='],
};

for (const [what, [from, to]] of Object.entries(damaged)) {
  test(`${what}: refused as damaged`, () => {
    assert.ok(text.includes(from));
    assert.throws(() => parseLightgbmModel(text.replace(from, to)), { code: 'MODEL_INVALID' });
  });
}
