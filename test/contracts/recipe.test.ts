import assert from 'node:assert/strict';
import test from 'node:test';
import { parseRecipe } from '../../contracts/recipe.ts';

const RECIPE = {
  name: 'tested',
  task: 'direction3',
  features: { set: 'core15' },
  labels: { kind: 'triple-barrier', horizonBars: 12, upAtr: 1, downAtr: 1 },
  split: { train: 0.6, validation: 0.2, test: 0.2 },
  train: { estimator: 'lightgbm' },
};

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  [
    'an unknown key',
    { foo: 1 },
    /^f\.yaml: foo: unknown key; allowed: name, description, task,.* \(got 1\)$/,
  ],
  [
    'an unknown key of a section',
    { gate: { minTests: 3 } },
    /gate\.minTests: unknown key; allowed: .*minTestRows,.* \(got 3\)$/,
  ],
  ['a missing value', { name: undefined }, /: name: missing; expected string$/],
  [
    'a missing value of a section',
    { labels: { kind: 'triple-barrier', horizonBars: 3, upAtr: 1 } },
    /: labels\.downAtr: missing; expected number$/,
  ],
  ['a wrong choice', { markets: ['futures'] }, /markets\.0: .*"spot"\|"swap" \(got "futures"\)$/],
  [
    'a wrong kind',
    { labels: { kind: 'guess' } },
    /labels\.kind: .*triple-barrier.*fixed-horizon.*\(got "guess"\)$/,
  ],
  [
    'a refreshment by what needs no skill',
    { gate: { refresh: { maxAgeDays: 30 }, rules: { skill: 'reported' } } },
    /gate\.refresh: .*only to a skilled candidate/,
  ],
  ['a value out of range', { gate: { minTradeRecall: 3 } }, /gate\.minTradeRecall: .*<=1 \(got 3\)$/],
  [
    'features that are neither',
    { features: { sett: 'x' } },
    /features: expected either set or names or families \(got/,
  ],
  [
    'features that are both',
    { features: { set: 'core15', names: ['rsi_14'] } },
    /features: expected either set or names or families/,
  ],
  [
    'features as text',
    { features: 'core15' },
    /features: expected either set or names or families \(got "core15"\)/,
  ],
  [
    'a fault within features that were clearly meant by set',
    { features: { set: 'core15', maxFillBars: -1 } },
    /: features\.maxFillBars: .*>=0 \(got -1\)$/,
  ],
  [
    'a parameter that is a list',
    { train: { estimator: 'lightgbm', params: { rounds: [1] } } },
    /train\.params\.rounds: expected number or boolean or string \(got \[1\]\)$/,
  ],
  [
    'shares that are no whole',
    { split: { train: 0.6, validation: 0.6, test: 0.2 } },
    /split: train \+ validation \+ test must be 1/,
  ],
  [
    'a task that the labels do not teach',
    { task: 'return' },
    /: labels\.kind: triple-barrier labels teach the task direction3, not return; .*\(got "triple-barrier"\)$/,
  ],
  [
    'a volatility that is none of those known',
    { labels: { kind: 'triple-barrier', horizonBars: 3, upAtr: 1, downAtr: 1, volatility: 'atr' } },
    /labels\.volatility: .*"atr14"\|.*\(got "atr"\)$/,
  ],
];

for (const [name, changes, message] of REFUSED) {
  test(`${name} is refused with its path, what is allowed and what came`, () => {
    assert.throws(() => parseRecipe({ ...RECIPE, ...(changes as object) }, 'f.yaml'), {
      code: 'RECIPE_INVALID',
      message,
    });
  });
}

test('each task is parsed with the labels that teach it', () => {
  const sigma = parseRecipe({ ...RECIPE, task: 'approve2', labels: { kind: 'sigma-reversion' } }, 'f.yaml');
  assert.deepEqual(sigma.labels, {
    kind: 'sigma-reversion',
    horizonBars: 60,
    windowBars: 120,
    sigmas: 1.5,
  });
  const labels = { kind: 'forward-return', horizonBars: 24 };
  assert.deepEqual(parseRecipe({ ...RECIPE, task: 'return', labels }, 'f.yaml').labels, labels);
});

test('several faults are told at once', () => {
  assert.throws(() => parseRecipe({ ...RECIPE, task: 'x', foo: 1 }, 'f.yaml'), {
    message: /task: .*; foo: /,
  });
});

for (const document of [null, [], 'text', 3]) {
  test(`a document that is ${JSON.stringify(document)} is refused`, () => {
    assert.throws(() => parseRecipe(document, 'f.yaml'), {
      code: 'RECIPE_INVALID',
      message: /document: .*object/,
    });
  });
}
