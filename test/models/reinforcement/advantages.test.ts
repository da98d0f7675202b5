import assert from 'node:assert/strict';
import test from 'node:test';
import { estimateAdvantages } from '../../../models/reinforcement/advantages.ts';
import { normaliseAdvantages } from '../../../models/reinforcement/normalise.ts';
import { near } from '../../support/near.ts';
import { oracle } from './oracle.ts';

const STEPS = oracle.rewards.length;

test('advantages and the critic’s targets are those of the reference, over five episodes', () => {
  const advantage = advantagesOf(1, 0);
  for (const [step, expected] of oracle.gae_advantages.entries()) {
    near(advantage[step], expected);
    near(advantage[step] + oracle.values_51[step], oracle.returns[step]);
  }
});

test('environments side by side do not touch one another', () => {
  const alone = advantagesOf(1, 0);
  const middle = advantagesOf(3, 1);
  for (let step = 0; step < STEPS; step++) assert.equal(middle[3 * step + 1], alone[step]);
});

test('with λ = 1 an advantage is the discounted return less what was expected', () => {
  const reward = Float64Array.of(1, 2, 4);
  const value = Float64Array.of(10, 20, 30);
  const out = new Float64Array(3);
  const experience = { steps: 3, environments: 1, reward, value, ended: new Uint8Array(3) };
  estimateAdvantages({ ...experience, lastValue: Float64Array.of(8) }, 0.5, 1, out);
  near(out[0], 1 + 0.5 * 2 + 0.25 * 4 + 0.125 * 8 - 10);
});

test('advantages are normalised as the reference does it', () => {
  const out = new Float64Array(STEPS);
  normaliseAdvantages(Float64Array.from(oracle.gae_advantages), new Uint8Array(STEPS).fill(1), out);
  for (const [at, expected] of oracle['normalised_advantages_ddof1_eps1e-8'].entries())
    near(out[at], expected);
});

test('rows that do not count change nothing and become 0; equal ones become 0, a lone one stays', () => {
  const normalised = (advantage: number[], counts: number[]) => {
    const out = new Float64Array(advantage.length);
    normaliseAdvantages(Float64Array.from(advantage), Uint8Array.from(counts), out);
    return [...out];
  };
  const half = Math.SQRT1_2;
  const [first, second, third] = normalised([1, 99, 3], [1, 0, 1]);
  near(first, -half, 1e-7);
  assert.equal(second, 0);
  near(third, half, 1e-7);
  assert.deepEqual(normalised([5, 5], [1, 1]), [0, 0]);
  assert.deepEqual(normalised([5, 7], [0, 1]), [0, 7]);
  assert.deepEqual(normalised([5, 7], [0, 0]), [0, 0]);
});

/** The oracle's episodes as one of several environments; the others earn 7 a step and never end. */
function advantagesOf(environments: number, mine: number): Float64Array {
  const rows = STEPS * environments;
  const column = (values: readonly number[], other: number) =>
    Float64Array.from({ length: rows }, (_, at) =>
      at % environments === mine ? values[Math.floor(at / environments)] : other,
    );
  const out = new Float64Array(rows);
  const experience = {
    steps: STEPS,
    environments,
    reward: column(oracle.rewards, 7),
    value: column(oracle.values_51, 3),
    ended: Uint8Array.from(column(oracle.done_after_step.map(Number), 0)),
    lastValue: new Float64Array(environments).fill(oracle.values_51[STEPS]),
  };
  estimateAdvantages(experience, oracle.gamma, oracle.lambda, out);
  return out;
}
