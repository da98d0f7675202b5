import assert from 'node:assert/strict';
import test from 'node:test';
import type { Learner, Lesson } from '../../../models/reinforcement/learner.ts';
import {
  type PolicyProgress,
  type TrainingSettings,
  trainPolicy,
} from '../../../models/reinforcement/policy-training.ts';
import { TradingEnvironments } from '../../../models/reinforcement/trading-environments.ts';
import { candlesOf, NO_COSTS, still } from '../../strategy/bars.ts';
import { episodesFrom } from './markets.ts';

const SETTINGS: TrainingSettings = {
  iterations: 2,
  patience: 10,
  stepsPerIteration: 4,
  batch: 2,
  epochs: 3,
  gamma: 0.9,
  lambda: 0.9,
  learningRate: 0.8,
  targetKl: 0,
  rewardScale: 1,
};
/** Gradient steps of an iteration: two minibatches of each of three passes. */
const STEPS = 6;
const LESSON: Lesson = { loss: 1, entropy: 0.5, kl: 0.01 };

test('a step that is no number is dropped and the rate halved, and training goes on with it', async () => {
  const { rates, state } = await train(step => (step === 1 || step === 7 ? null : LESSON));
  assert.deepEqual(rates, [0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2]);
  assert.equal(state.halvings, 2);
});

test('a fourth such step ends the training, and says what to do', async () => {
  const rates: number[] = [];
  await assert.rejects(
    train(() => null, {}, rates),
    {
      code: 'TRAINING_FAILED',
      message: /iteration 1 .* halved 3 times from 0\.8\. Take a lower learning_rate/,
    },
  );
  assert.deepEqual(rates, [0.8, 0.4, 0.2, 0.1]);
});

test('an iteration learns no more once its policy has moved too far', async () => {
  const far = { ...LESSON, kl: 0.031 };
  const { rates, state } = await train(step => (step === 2 ? far : LESSON), { targetKl: 0.02 });
  assert.equal(rates.length, 3 + STEPS);
  assert.deepEqual(
    state.history.map(({ kl }) => kl),
    [0.031, 0.01],
  );
});

test('the iteration of the best validation is kept, the first of equals; patience ends the rest', async () => {
  const growth = [1, 3, 3, 2, 9];
  const settings = { iterations: 9, patience: 2 };
  const { state } = await train(
    () => LESSON,
    settings,
    [],
    async iteration => growth[iteration - 1],
  );
  assert.deepEqual([state.history.length, state.bestIteration, state.best.steps], [4, 2, 2 * STEPS]);
  assert.deepEqual(
    state.history.map(({ loss }) => loss),
    [-1, -3, -3, -2],
  );
});

test('every iteration is saved, and a finished training is not gone on with', async () => {
  const { state, saved, progress } = await train(() => LESSON);
  assert.deepEqual(
    saved.map(({ history }) => history.length),
    [1, 2],
  );
  assert.deepEqual(
    progress.map(({ state: { history }, step, steps }) => [history.length, step, steps]),
    [0, 1].flatMap(done => [...[2, 4, 6].map(step => [done, step, STEPS]), [done + 1, 0, STEPS]]),
  );
  const again = await train(() => assert.fail('a step was made'), {}, [], undefined, state);
  assert.deepEqual(again.state, state);
});

/** A training on bars that stand still, with a learner whose steps end as they are told to. */
async function train(
  lesson: (step: number) => Lesson | null,
  changes: Partial<TrainingSettings> = {},
  rates: number[] = [],
  growth: (iteration: number) => Promise<number> = async () => 0,
  from: Parameters<typeof trainPolicy>[2] = null,
) {
  let steps = 0;
  let validations = 0;
  const learner: Learner = {
    evaluate: async bars => ({
      scores: new Float32Array(3 * bars.length),
      value: new Float32Array(bars.length),
    }),
    learn: async (_minibatch, learningRate) => {
      rates.push(learningRate);
      return lesson(steps++);
    },
    state: () => ({ steps, tensors: {} }),
    restore: state => {
      steps = state.steps;
    },
  };
  const world = new TradingEnvironments(
    {
      candles: candlesOf(Array.from({ length: 50 }, () => still(100))),
      volatility: new Float64Array(50).fill(1),
      labels: { kind: 'triple-barrier', horizonBars: 4, upAtr: 2, downAtr: 2 },
      costs: NO_COSTS,
      market: 'swap',
    },
    episodesFrom([0, 10]),
    1,
    () => {},
    () => {},
  );
  const saved: PolicyProgress['state'][] = [];
  const progress: PolicyProgress[] = [];
  const state = await trainPolicy(
    {
      learner,
      world,
      episodeReturns: [],
      draws: {
        actions: (_iteration, _step, out) => out.fill(0.5),
        order: (_iteration, _epoch, rows) => Int32Array.from({ length: rows }, (_, row) => row),
      },
      validate: () => growth(++validations),
      save: async now => void saved.push(now),
      onProgress: now => void progress.push(now),
    },
    { ...SETTINGS, ...changes },
    from,
  );
  return { state, rates, saved, progress };
}
