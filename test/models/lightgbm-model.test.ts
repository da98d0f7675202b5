import assert from 'node:assert/strict';
import test from 'node:test';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { lightgbmText, smallModel } from './fixtures.ts';

const text = lightgbmText(smallModel());

test('a model’s text is read back as it was', () => {
  assert.deepEqual(parseLightgbmModel(text), smallModel());
});

test('a threshold of inf parts missing from everything else', () => {
  const model = parseLightgbmModel(text.replace('threshold=0.25', 'threshold=inf'));
  assert.equal(model.trees[0].threshold[0], Infinity);
});

const unsupported: Record<string, [from: string, to: string, says: RegExp]> = {
  'categorical splits': ['decision_type=10', 'decision_type=1', /categories/],
  'zero as missing': ['decision_type=10', 'decision_type=6', /zero as missing/],
  'linear leaves': ['is_linear=0', 'is_linear=1', /linear leaves/],
  'averaged trees': ['label_index=0', 'label_index=0\naverage_output', /averages its trees/],
  'another objective': ['objective=multiclass', 'objective=multiclassova', /multiclassova/],
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
  'a number of leaves that is no number': ['num_leaves=2', 'num_leaves='],
};

for (const [what, [from, to]] of Object.entries(damaged)) {
  test(`${what}: refused as damaged`, () => {
    assert.ok(text.includes(from));
    assert.throws(() => parseLightgbmModel(text.replace(from, to)), { code: 'MODEL_INVALID' });
  });
}
