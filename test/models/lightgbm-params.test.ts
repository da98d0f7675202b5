import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import { estimatorOf, findEstimator } from '../../models/estimators/index.ts';
import { trainWith } from './fixtures.ts';

const lightgbm = findEstimator('lightgbm');

test('left out, parameters take the values of the default recipe', () => {
  const params = lightgbm.parseParams({ num_leaves: 31 });
  assert.equal(params.num_leaves, 31);
  assert.equal(params.learning_rate, 0.03);
  assert.equal(params.rounds, 400);
});

test('an unknown parameter is refused with its path, its value and the known ones', () => {
  assert.throws(() => lightgbm.parseParams({ num_leafs: 15 }), {
    code: 'RECIPE_INVALID',
    message: /train\.params\.num_leafs: no such parameter, known are rounds, .*num_leaves.*\(got 15\)/,
  });
});

test('wrong values are refused, all at once, with what is allowed', () => {
  const error = caught(() =>
    lightgbm.parseParams({ rounds: 0, learning_rate: -1, num_leaves: 'many', max_bin: 2.5 }),
  );
  assert.equal(error.code, 'RECIPE_INVALID');
  const problems = error.details.problems as { path: string; value: unknown; allowed: string }[];
  assert.deepEqual(
    problems.map(({ path, value }) => [path, value]),
    [
      ['train.params.rounds', 0],
      ['train.params.learning_rate', -1],
      ['train.params.num_leaves', 'many'],
      ['train.params.max_bin', 2.5],
    ],
  );
  assert.match(problems[1].allowed, />0/);
});

test('what makes runs repeatable can’t be set', () => {
  for (const name of ['num_threads', 'deterministic', 'seed', 'objective', 'verbosity']) {
    assert.throws(() => lightgbm.parseParams({ [name]: 1 }), { code: 'RECIPE_INVALID' });
  }
});

test('an unknown estimator is refused with the known ones', () => {
  for (const name of ['prophet', 'toString', '__proto__']) {
    assert.throws(() => estimatorOf(trainWith({}, { estimator: name })), {
      code: 'RECIPE_INVALID',
      message: /train\.estimator.*lightgbm/,
    });
  }
});

function caught(action: () => unknown): AlphaloomError {
  try {
    action();
  } catch (error) {
    if (error instanceof AlphaloomError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
