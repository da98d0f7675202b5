import { AlphaloomError } from '../../contracts/errors.ts';
import type { Learner, LearnerState } from './learner.ts';
import { Minibatch } from './minibatch.ts';
import { Rollout } from './rollout.ts';
import type { TradingEnvironments } from './trading-environments.ts';

export interface TrainingSettings {
  readonly iterations: number;
  readonly patience: number;
  readonly stepsPerIteration: number;
  readonly batch: number;
  readonly epochs: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly learningRate: number;
  /** 0: an iteration's learning never ends early. */
  readonly targetKl: number;
  readonly rewardScale: number;
}

/** How an iteration went. */
export interface IterationRecord {
  readonly iteration: number;
  /** Environment steps since the beginning. */
  readonly steps: number;
  /** Mean logarithm of last over first equity of the episodes that ended in it; null where none did. */
  readonly meanEpisodeReturn: number | null;
  /** Mean entropy of the policy, nats: ln 3 is a policy that knows nothing. */
  readonly entropy: number;
  readonly kl: number;
  /** Less the growth of log equity in the validation backtest. */
  readonly loss: number;
}

/** Everything that is needed to go on as if nothing had happened. */
export interface TrainingState {
  readonly history: readonly IterationRecord[];
  /** How often a step was dropped and the learning rate halved. */
  readonly halvings: number;
  readonly learner: LearnerState;
  readonly accounts: Float64Array;
  readonly bestIteration: number;
  readonly best: LearnerState;
}

export interface TrainingParts {
  readonly learner: Learner;
  readonly world: TradingEnvironments;
  /** Where the environments put the logarithm of last over first equity of every episode that ends. */
  readonly episodeReturns: number[];
  readonly draws: TrainingDraws;
  /** Growth of log equity of a backtest on the validation rows, as the policy would serve. */
  readonly validate: () => Promise<number>;
  readonly save: (state: TrainingState) => Promise<void>;
  readonly onIteration: (record: IterationRecord, state: TrainingState) => void;
  /** Called often, to stop by throwing. */
  readonly requireRunning: () => void;
}

/** Random numbers that depend on where they are used alone, so that a resumed training draws the same. */
export interface TrainingDraws {
  /** In [0, 1). */
  action(iteration: number, step: number, environment: number): number;
  /** Writes an order of the rows 0 … n − 1. */
  shuffle(iteration: number, epoch: number, out: Int32Array): void;
}

const MOST_HALVINGS = 3;
/** As in stable-baselines3. */
const KL_MARGIN = 1.5;

/**
 * Proximal policy optimisation (Schulman et al. 2017): iterations of playing with the present policy and learning from what
 * was played, `epochs` times over in shuffled minibatches. After each, the policy is judged as it would serve; the best one is
 * kept. A step whose loss is no number is dropped and the learning rate halved, at most three times.
 * @param from where an earlier run stood; null: from the beginning
 * @throws AlphaloomError TRAINING_FAILED
 */
export async function trainPolicy(
  parts: TrainingParts,
  settings: TrainingSettings,
  from: TrainingState | null,
): Promise<TrainingState> {
  const { learner, world } = parts;
  let state = from ?? (await beginning(parts));
  if (from) {
    await learner.restore(from.learner);
    world.restore(from.accounts);
  }
  const rollout = new Rollout(settings.stepsPerIteration, world.count);
  while (state.history.length < settings.iterations && staleFor(state) < settings.patience) {
    state = await iterate(parts, settings, state, rollout);
    await parts.save(state);
    parts.onIteration(state.history.at(-1)!, state);
  }
  return state;
}

async function beginning({ learner, world }: TrainingParts): Promise<TrainingState> {
  const parameters = await learner.state();
  const accounts = world.state();
  return { history: [], halvings: 0, learner: parameters, accounts, bestIteration: 0, best: parameters };
}

function staleFor({ history, bestIteration }: TrainingState): number {
  return history.length - bestIteration;
}

async function iterate(
  parts: TrainingParts,
  settings: TrainingSettings,
  before: TrainingState,
  rollout: Rollout,
): Promise<TrainingState> {
  const { learner, world, episodeReturns, draws, requireRunning, validate } = parts;
  const { gamma, lambda, rewardScale } = settings;
  const iteration = before.history.length + 1;
  episodeReturns.length = 0;
  await rollout.play(world, learner, {
    gamma,
    lambda,
    rewardScale,
    uniform: (step, environment) => draws.action(iteration, step, environment),
    beforeStep: requireRunning,
  });
  const meanEpisodeReturn = mean(episodeReturns);
  const learnt = await learn(parts, settings, before.halvings, iteration, rollout);
  const record: IterationRecord = {
    iteration,
    steps: iteration * rollout.rows,
    meanEpisodeReturn,
    entropy: learnt.entropy,
    kl: learnt.kl,
    loss: -(await validate()),
  };
  const now = await learner.state();
  const isBest = before.bestIteration === 0 || record.loss < before.history[before.bestIteration - 1].loss;
  return {
    history: [...before.history, record],
    halvings: learnt.halvings,
    learner: now,
    accounts: world.state(),
    bestIteration: isBest ? iteration : before.bestIteration,
    best: isBest ? now : before.best,
  };
}

/** Entropy and divergence as they were at the iteration's last step. */
async function learn(
  { learner, draws, requireRunning }: TrainingParts,
  { batch, epochs, learningRate, targetKl }: TrainingSettings,
  halvingsBefore: number,
  iteration: number,
  rollout: Rollout,
): Promise<{ halvings: number; entropy: number; kl: number }> {
  const minibatch = new Minibatch(batch);
  const order = new Int32Array(rollout.rows);
  const last = { halvings: halvingsBefore, entropy: 0, kl: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    draws.shuffle(iteration, epoch, order);
    for (let from = 0; from < order.length; from += batch) {
      requireRunning();
      minibatch.fill(rollout, order, from);
      const lesson = await learner.learn(minibatch, learningRate / 2 ** last.halvings);
      if (lesson === null) {
        last.halvings += 1;
        requireHalvings(last.halvings, iteration, learningRate);
        continue;
      }
      last.entropy = lesson.entropy;
      last.kl = lesson.kl;
      if (targetKl > 0 && lesson.kl > KL_MARGIN * targetKl) return last;
    }
  }
  return last;
}

function requireHalvings(halvings: number, iteration: number, learningRate: number): void {
  if (halvings <= MOST_HALVINGS) return;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `In iteration ${iteration} loss or gradient was no finite number, although the learning rate was halved ${MOST_HALVINGS} ` +
      `times from ${learningRate}. Take a lower learning_rate.`,
    { iteration, halvings: MOST_HALVINGS, learningRate },
  );
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
