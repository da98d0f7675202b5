import assert from 'node:assert/strict';
import test from 'node:test';
import { rankTrials, type TrialRow, trialRecipe } from '../../contracts/trials.ts';
import { searchedRecipe } from '../evaluation/search/recipes.ts';
import { rowOf } from '../evaluation/search/trials.ts';

const order = (rows: readonly TrialRow[], objective: 'mcc' | 'log-loss') =>
  rankTrials(rows, objective).map(({ trial }) => trial);

test('the largest score is best, but the smallest log loss', () => {
  const rows = [rowOf(1, 0.2), rowOf(2, 0.3), rowOf(3, 0.1)];
  assert.deepEqual(order(rows, 'mcc'), [2, 1, 3]);
  assert.deepEqual(order(rows, 'log-loss'), [3, 1, 2]);
});

test('of equal scores the trial that was drawn first is better, however the rows come', () => {
  assert.deepEqual(order([rowOf(3, 0.2), rowOf(1, 0.2), rowOf(2, 0.2)], 'mcc'), [1, 2, 3]);
});

test('a score on few folds is not compared with one on all', () => {
  assert.deepEqual(order([rowOf(1, 0.9, { folds: 1 }), rowOf(2, 0.1, { folds: 9 })], 'mcc'), [2, 1]);
});

test('without a score comes after those with one, failures last', () => {
  const failed: TrialRow = {
    trial: 1,
    settings: {},
    ok: false,
    folds: 5,
    error: { code: 'X', message: 'no' },
  };
  assert.deepEqual(order([failed, rowOf(2, null), rowOf(3, -0.5)], 'mcc'), [3, 2, 1]);
});

test('a trial’s recipe is the searched one with its settings, without the search, and nothing else', () => {
  const recipe = searchedRecipe(
    { kind: 'random', space: { 'filter.threshold': { low: 3, high: 9 } } },
    {
      filter: { kind: 'robust-z' },
    },
  );
  const settings = { 'filter.threshold': 5, 'train.params.num_leaves': 7, 'features.names': ['roc_10'] };
  const { search: _, ...plain } = recipe;
  assert.deepEqual(trialRecipe(recipe, settings), {
    ...plain,
    filter: { kind: 'robust-z', threshold: 5 },
    features: { ...plain.features, names: ['roc_10'] },
    train: { ...plain.train, params: { ...plain.train.params, num_leaves: 7 } },
  });
  assert.equal(recipe.filter?.threshold, 10, 'the searched recipe itself is left alone');
});
