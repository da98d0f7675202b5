import assert from 'node:assert/strict';
import test from 'node:test';
import { parseXgboostModel, xgboostGains } from '../../models/trees/xgboost-model.ts';
import { xgboostText } from './tree-xgboost-text.ts';

const text = xgboostText(
  [0.25, -1, 3].map((threshold, feature) => ({ feature, threshold, missingLeft: feature === 1 })),
  [0.5, 0, -0.5],
);

test('base scores come as trees of one leaf, then the trees, in float32', () => {
  const model = parseXgboostModel(text);
  assert.deepEqual(
    [model.features, model.outputs, model.goesLeft, model.precision],
    [3, 3, 'below', 'float32'],
  );
  assert.deepEqual(
    model.trees.map(({ output, leafValue }) => [output, ...leafValue]),
    [
      ...[
        [0, 0.5],
        [1, 0],
        [2, -0.5],
      ],
      ...[0, 1, 2].map(output => [output, -0.5, 0.5]),
    ],
  );
  assert.deepEqual(
    model.trees.slice(3).map(({ threshold, missingLeft }) => [threshold[0], missingLeft[0]]),
    [
      [0.25, 0],
      [-1, 1],
      [3, 0],
    ],
  );
});

test('one base score, as releases up to 3.0 write it, is that of every class', () => {
  const old = text.replace('"[0.5,0,-0.5]"', '"5E-1"').replace('"version":[3,2,0]', '"version":[2,1,4]');
  assert.deepEqual(
    parseXgboostModel(old)
      .trees.slice(0, 3)
      .map(tree => tree.leafValue[0]),
    [0.5, 0.5, 0.5],
  );
});

test('of two classes the base score is a probability, whose logit is added to the second score', () => {
  const base = 1 / (1 + Math.exp(-1));
  const two = parseXgboostModel(singleScore('binary:logistic', base));
  assert.deepEqual([two.outputs, two.trees[0].output, two.trees[1].output], [2, 1, 1]);
  assert.ok(Math.abs(two.trees[0].leafValue[0] - 1) < 1e-6);
});

test('of numbers it is added as it is', () => {
  for (const objective of ['reg:squarederror', 'reg:absoluteerror', 'reg:pseudohubererror']) {
    const one = parseXgboostModel(singleScore(objective, 0.25));
    assert.deepEqual([one.outputs, one.trees[0].output, one.trees[0].leafValue[0]], [1, 0, 0.25]);
  }
});

test('nodes that pruning left between a tree’s own are not taken up', () => {
  const model = JSON.parse(text);
  const [tree] = model.learner.gradient_booster.model.trees;
  for (const [name, column] of Object.entries(tree))
    if (Array.isArray(column) && column.length === 3) tree[name] = [column[0], column[1], 0, column[2]];
  tree.left_children = [1, -1, -1, -1];
  tree.right_children = [3, -1, -1, -1];
  assert.deepEqual(parseXgboostModel(JSON.stringify(model)), parseXgboostModel(text));
});

test('gains are summed over splits, not leaves', () => {
  assert.deepEqual([...xgboostGains(text, 3)], [1, 1, 1]);
});

const unsupported: Record<string, [from: string, to: string, says: RegExp]> = {
  'categorical splits': ['"split_type":[0', '"split_type":[1', /categories/],
  'another booster': ['"gbtree"', '"dart"', /dart/],
  'another objective': ['"multi:softprob"', '"rank:ndcg"', /rank:ndcg/],
  'leaves of several values': ['"size_leaf_vector":"1"', '"size_leaf_vector":"3"', /several values/],
  'another version': ['"version":[3', '"version":[9', /9\.2\.0/],
};

for (const [what, [from, to, says]] of Object.entries(unsupported)) {
  test(`${what}: refused as unsupported`, () => {
    assert.ok(text.includes(from));
    assert.throws(() => parseXgboostModel(text.replace(from, to)), {
      code: 'MODEL_UNSUPPORTED',
      message: says,
    });
  });
}

const damaged: Record<string, [from: string, to: string]> = {
  'half a file': [text.slice(-200), ''],
  'no object': [text, '7'],
  'a feature that does not exist': ['"split_indices":[2', '"split_indices":[3'],
  'a child that does not exist': ['"right_children":[2', '"right_children":[3'],
  'a cycle': ['"left_children":[1,-1', '"left_children":[1,0'],
  'a leaf with two parents': ['"right_children":[2', '"right_children":[1'],
  'a threshold that is no number': ['"split_conditions":[0.25', '"split_conditions":["x"'],
  'too few values': ['"default_left":[0,0,0]', '"default_left":[0,0]'],
  'a class that does not exist': ['"tree_info":[0,1,2]', '"tree_info":[0,1,3]'],
  'a base score that is no number': ['"[0.5,0,-0.5]"', '"[0.5,,-0.5]"'],
  'too few base scores': ['"[0.5,0,-0.5]"', '"[0.5,0]"'],
};

for (const [what, [from, to]] of Object.entries(damaged)) {
  test(`${what}: refused as damaged`, () => {
    assert.ok(text.includes(from));
    assert.throws(() => parseXgboostModel(text.replace(from, to)), { code: 'MODEL_INVALID' });
  });
}

function singleScore(objective: string, base: number): string {
  return text
    .replace('"multi:softprob"', `"${objective}"`)
    .replace('"[0.5,0,-0.5]"', `"[${base}]"`)
    .replace('"num_class":"3"', '"num_class":"0"')
    .replace('"tree_info":[0,1,2]', '"tree_info":[0,0,0]');
}
