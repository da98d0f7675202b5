import assert from 'node:assert/strict';
import test from 'node:test';
import { loadRecipe } from '../../../host/recipes.ts';
import { parsePpoParams } from '../../../models/estimators/ppo-params.ts';

test('without parameters: those of stable-baselines3, more environments, some entropy', () => {
  const { gamma, gae_lambda, clip_range, vf_coef, max_grad_norm, learning_rate, n_epochs } = parsePpoParams(
    {},
  );
  assert.deepEqual(
    { gamma, gae_lambda, clip_range, vf_coef, max_grad_norm, learning_rate, n_epochs },
    {
      gamma: 0.99,
      gae_lambda: 0.95,
      clip_range: 0.2,
      vf_coef: 0.5,
      max_grad_norm: 0.5,
      learning_rate: 0.0003,
      n_epochs: 10,
    },
  );
});

const REFUSED: Record<string, [params: Record<string, number | string | boolean>, message: RegExp]> = {
  'no iterations': [{ iterations: 0 }, /train\.params\.iterations: .*\(got 0\)/],
  'a gamma above 1': [{ gamma: 1.01 }, /train\.params\.gamma/],
  'a clip range of 0': [{ clip_range: 0 }, /train\.params\.clip_range/],
  'text for a number': [{ hidden: 'many' }, /train\.params\.hidden: .*\(got "many"\)/],
  'more steps than memory holds': [
    { n_envs: 4_096, n_steps: 1_000 },
    /n_steps: n_envs · n_steps may be 1000000 at most/,
  ],
  'a minibatch that does not go into what is played': [
    { n_envs: 3, n_steps: 10, batch_size: 7 },
    /train\.params\.batch_size: n_envs · n_steps must be a whole multiple of it \(got 7\)/,
  ],
  'a minibatch larger than what is played': [{ n_envs: 1, n_steps: 8 }, /train\.params\.batch_size/],
  'a parameter of another estimator': [{ num_leaves: 15 }, /num_leaves: no such parameter/],
};

for (const [what, [params, message]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, () => {
    assert.throws(() => parsePpoParams(params), { code: 'RECIPE_INVALID', message });
  });
}

test('the recipe that comes along is judged by its edge, and its probabilities are taken as they are', async () => {
  const { gate, decision, train } = await loadRecipe('ppo-core15', []);
  parsePpoParams(train.params);
  assert.deepEqual(gate.rules, { skill: 'reported', edge: 'required', 'trade-recall': 'reported' });
  assert.deepEqual(decision, { calibrate: false, thresholds: 'likeliest' });
});
