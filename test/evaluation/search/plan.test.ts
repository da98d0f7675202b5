import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { SearchedRecipe } from '../../../contracts/search.ts';
import { hyperbandBrackets } from '../../../evaluation/search/hyperband.ts';
import { checkSpace, planSearch } from '../../../evaluation/search/plan.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import { searchedRecipe } from './recipes.ts';

const LEAVES = 'train.params.num_leaves';
const RATE = 'train.params.learning_rate';

function plan(search: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  return planSearch(searchedRecipe(search, changes), CATALOG);
}

test('Hyperband’s brackets are those of the paper for R = 81, η = 3', () => {
  assert.deepEqual(
    hyperbandBrackets(81, 3).map(rungs => rungs.map(({ trials, folds }) => [trials, folds])),
    [
      [
        [81, 1],
        [27, 3],
        [9, 9],
        [3, 27],
        [1, 81],
      ],
      [
        [34, 3],
        [11, 9],
        [3, 27],
        [1, 81],
      ],
      [
        [15, 9],
        [5, 27],
        [1, 81],
      ],
      [
        [8, 27],
        [2, 81],
      ],
      [[5, 81]],
    ],
  );
});

test('whatever R and η, every bracket ends on all folds, and no rung is larger than the one before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 100 }), fc.integer({ min: 2, max: 5 }), (most, eta) => {
      for (const rungs of hyperbandBrackets(most, eta)) {
        assert.equal(rungs.at(-1)!.folds, most);
        for (const [i, { trials, folds }] of rungs.entries()) {
          assert.ok(trials >= 1 && folds >= 1);
          if (i > 0) assert.ok(trials <= rungs[i - 1]!.trials && folds >= rungs[i - 1]!.folds);
        }
      }
    }),
  );
});

test('a grid is complete: every combination once, whole steps and logarithmic ones', () => {
  const { settings, brackets } = plan({
    kind: 'grid',
    space: {
      [LEAVES]: { low: 4, high: 16, integer: true, log: true, steps: 3 },
      [RATE]: { low: 0.01, high: 0.05, steps: 3 },
      'train.classWeights': { choices: ['balanced', 'none'] },
    },
  });
  assert.equal(settings.length, 3 * 3 * 2);
  assert.equal(new Set(settings.map(each => JSON.stringify(each))).size, 18);
  assert.deepEqual([...new Set(settings.map(each => each[LEAVES]))], [4, 8, 16]);
  assert.deepEqual([...new Set(settings.map(each => each[RATE]))], [0.01, 0.03, 0.05]);
  assert.deepEqual(brackets, [{ members: settings.map((_, i) => i), rungs: [{ trials: 18, folds: 5 }] }]);
});

test('random draws stay within their ranges, are distinct, and the same for the same seed', () => {
  const search = {
    kind: 'random',
    trials: 200,
    space: {
      [LEAVES]: { low: 2, high: 200, integer: true, log: true },
      [RATE]: { low: 0.001, high: 0.3, log: true },
    },
  };
  const { settings } = plan(search);
  assert.equal(settings.length, 200);
  assert.equal(new Set(settings.map(each => JSON.stringify(each))).size, 200);
  for (const each of settings) {
    const [leaves, rate] = [each[LEAVES] as number, each[RATE] as number];
    assert.ok(Number.isInteger(leaves) && leaves >= 2 && leaves <= 200);
    assert.ok(rate >= 0.001 && rate <= 0.3);
  }
  const below = settings.filter(each => (each[RATE] as number) < Math.sqrt(0.001 * 0.3)).length;
  assert.ok(below > 70 && below < 130, `half lie below the geometric middle: ${below}`);
  assert.deepEqual(plan(search).settings, settings);
  assert.notDeepEqual(plan({ ...search, seed: 2 }).settings, settings);
});

test('the order in which a space is written changes nothing', () => {
  const one = { [LEAVES]: { low: 2, high: 50, integer: true }, [RATE]: { low: 0.01, high: 0.1 } };
  const other = { [RATE]: one[RATE], [LEAVES]: one[LEAVES] };
  const draws = (space: unknown) => plan({ kind: 'random', trials: 5, space }).settings;
  assert.deepEqual(draws(one), draws(other));
});

test('a space with fewer points than trials is tried whole, once', () => {
  const { settings } = plan({ kind: 'random', trials: 50, space: { [LEAVES]: { choices: [4, 8, 16] } } });
  assert.deepEqual(
    settings.map(each => each[LEAVES]).toSorted((a, b) => Number(a) - Number(b)),
    [4, 8, 16],
  );
});

test('Hyperband draws one round of brackets; more or fewer trials repeat and cut them', () => {
  const space = { [RATE]: { low: 0.001, high: 0.3 } };
  const sizes = (search: Record<string, unknown>) =>
    plan({ kind: 'hyperband', space, ...search }).brackets.map(({ members, rungs }) => [
      members.length,
      ...rungs.map(({ trials, folds }) => `${trials}@${folds}`),
    ]);
  const round = [
    [9, '9@1', '3@3', '1@9'],
    [5, '5@3', '1@9'],
    [3, '3@9'],
  ];
  assert.deepEqual(sizes({}), round);
  assert.deepEqual(sizes({ trials: 20 }), [...round, [3, '3@1', '1@3', '1@9']]);
  assert.deepEqual(sizes({ trials: 2 }), [[2, '2@1', '1@3', '1@9']]);
});

const space = (path: string, dimension: unknown) => ({ kind: 'random', space: { [path]: dimension } });
const RANGE = { low: 0.1, high: 0.5 };

const REFUSED: readonly (readonly [what: string, search: Record<string, unknown>, message: RegExp])[] = [
  ['nothing to search', { kind: 'random', space: {} }, /search\.space: names nothing to search/],
  ['an unknown kind', { kind: 'bayes', space: { [RATE]: RANGE } }, /search\.kind: .*random.*grid.*hyperband/],
  ['no trials', { kind: 'random', trials: 0, space: { [RATE]: RANGE } }, /search\.trials: .*>0|>=1/],
  [
    'trials beyond number',
    { kind: 'random', trials: 1e9, space: { [RATE]: RANGE } },
    /search\.trials: .*<=500/,
  ],
  ['a range upside down', space(RATE, { low: 1, high: 0.1 }), /learning_rate\.high: must be above low/],
  ['a range of one point', space(RATE, { low: 0.1, high: 0.1 }), /must be above low/],
  [
    'a logarithm of nothing',
    space(RATE, { low: 0, high: 1, log: true }),
    /learning_rate\.low: must be above 0/,
  ],
  ['half a leaf', space(LEAVES, { low: 2.5, high: 9, integer: true }), /num_leaves\.low: must be whole/],
  ['one choice', space(LEAVES, { choices: [4] }), /num_leaves\.choices: .*>=2/],
  ['a choice twice', space(LEAVES, { choices: [4, 4] }), /num_leaves\.choices: names a value twice/],
  ['a choice of another type', space(LEAVES, { choices: [4, 'many'] }), /num_leaves = "many"/],
  [
    'a value out of range',
    space(LEAVES, { low: 1, high: 9, integer: true }),
    /num_leaves = 1: .*>=2 \(got 1\)/,
  ],
  ['fractions of leaves', space(LEAVES, { low: 2, high: 9 }), /num_leaves = \d\.\d+: .*int/],
  [
    'an unknown parameter',
    space('train.params.leafs', RANGE),
    /train\.params\.leafs: .* no value "leafs" .*num_leaves/,
  ],
  [
    'a section that is not there',
    space('weights.uniqueness', { choices: [true, false] }),
    /no value "weights"/,
  ],
  ['a feature set that is not there', space('features.set', { choices: ['core15', 'x'] }), /no value "set"/],
  ['labels', space('labels.upAtr', RANGE), /labels\.upAtr: can’t be searched: .*other questions/],
  ['costs', space('costs.feeBps', RANGE), /costs\.feeBps: can’t be searched: .*judged/],
  ['the gate', space('gate.minTrades', RANGE), /gate\.minTrades: can’t be searched/],
  ['the split', space('split.train', RANGE), /split\.train: can’t be searched: .*rows are scored/],
  ['the seed', space('train.seed', { choices: [1, 2] }), /train\.seed: can’t be searched: .*chance/],
  [
    'the search itself',
    space('search.seed', RANGE),
    /search\.seed: can’t be searched; expected a path within/,
  ],
  ['a path that is a prototype', space('train.params.__proto__', RANGE), /no value "__proto__"/],
  ['an unknown objective', { ...space(RATE, RANGE), objective: 'luck' }, /search\.objective: .*mcc/],
];

for (const [what, search, message] of REFUSED) {
  test(`a search of ${what} is refused by name`, () => {
    assert.throws(
      () => plan(search),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, 'RECIPE_INVALID');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a grid with more points than trials is refused with its size', () => {
  const grid = { kind: 'grid', trials: 10, space: { [RATE]: RANGE, [LEAVES]: { choices: [4, 8, 16] } } };
  assert.throws(() => plan(grid), {
    code: 'RECIPE_INVALID',
    message: /15 points .*at most search\.trials = 10/,
  });
});

test('an unknown feature among the choices is refused before anything is trained', () => {
  const search = space('features.names', { choices: [['roc_10'], ['roc_11']] });
  assert.throws(() => plan(search), { code: 'FEATURE_UNKNOWN', message: /roc_11/ });
});

test('a search scores each row once: combinatorial folds are refused, and folds that can’t be halved', () => {
  const split = (folds: unknown) => ({ split: { train: 0.6, validation: 0.2, test: 0.2, folds } });
  assert.throws(() => plan(space(RATE, RANGE), split({ kind: 'combinatorial', groups: 6, testGroups: 2 })), {
    code: 'RECIPE_INVALID',
    message: /split\.folds\.kind: .*scores each row once/,
  });
  const two = split({ kind: 'walk-forward', folds: 2 });
  assert.throws(() => plan({ kind: 'hyperband', space: { [RATE]: RANGE } }, two), {
    code: 'RECIPE_INVALID',
    message: /search\.eta: 2 folds can’t be divided/,
  });
});

test('values that contradict one another only together are found before anything is trained', () => {
  const recipe: SearchedRecipe = searchedRecipe(
    {
      kind: 'grid',
      space: {
        'train.classWeights': { choices: ['balanced', 'none'] },
        'weights.classBalance': { choices: [true, false] },
      },
    },
    { weights: { classBalance: false }, train: { estimator: 'lightgbm', classWeights: 'none' } },
  );
  checkSpace(
    {
      ...recipe,
      search: { ...recipe.search, space: { 'weights.classBalance': { choices: [true, false] } } },
    },
    CATALOG,
  );
  assert.throws(() => planSearch(recipe, CATALOG), {
    code: 'RECIPE_INVALID',
    message: /classWeights already balances/,
  });
});
