import { AlphaloomError } from '../../contracts/errors.ts';
import type { TrainingState } from '../nets/training-session.ts';
import type { Learner } from './learner.ts';
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
export interface PolicyState {
  readonly history: readonly IterationRecord[];
  /** How often a step was dropped and the learning rate halved. */
  readonly halvings: number;
  readonly learner: TrainingState;
  readonly accounts: Float64Array;
  readonly bestIteration: number;
  readonly best: TrainingState;
}

/** How far it is. */
export interface PolicyProgress {
  /** As of the last iteration that was finished. */
  readonly state: PolicyState;
  /** Gradient steps of the one under way, of how many. */
  readonly step: number;
  readonly steps: number;
}

export interface TrainingParts {
  readonly learner: Learner;
  readonly world: TradingEnvironments;
  /** Where the environments put the logarithm of last over first equity of every episode that ends. */
  readonly episodeReturns: number[];
  readonly draws: TrainingDraws;
  /** Growth of log equity of a backtest on the validation rows, as the policy would serve. */
  readonly validate: () => Promise<number>;
  readonly save: (state: PolicyState) => Promise<void>;
  /** After every iteration, and within it after every epoch. */
  readonly onProgress: (progress: PolicyProgress) => void;
}

/** Random numbers that depend on where they are used alone, so that a resumed training draws the same. */
export interface TrainingDraws {
  /** Fills `out` with a number in [0, 1) per environment. */
  actions(iteration: number, step: number, out: Float32Array): void;
  /** The rows 0 … n − 1 in the order in which they are learnt from. */
  order(iteration: number, epoch: number, rows: number): Int32Array;
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
  from: PolicyState | null,
): Promise<PolicyState> {
  const { learner, world } = parts;
  let state = from ?? beginning(parts);
  if (from) {
    learner.restore(from.learner);
    world.restore(from.accounts);
  }
  const rollout = new Rollout(settings.stepsPerIteration, world.count);
  while (state.history.length < settings.iterations && staleFor(state) < settings.patience) {
    state = await iterate(parts, settings, state, rollout);
    await parts.save(state);
    parts.onProgress({ state, step: 0, steps: gradientSteps(settings, rollout) });
  }
  return state;
}

function beginning({ learner, world }: TrainingParts): PolicyState {
  const parameters = learner.state();
  const accounts = world.state();
  return { history: [], halvings: 0, learner: parameters, accounts, bestIteration: 0, best: parameters };
}

function gradientSteps({ epochs, batch }: TrainingSettings, { rows }: Rollout): number {
  return (epochs * rows) / batch;
}

function staleFor({ history, bestIteration }: PolicyState): number {
  return history.length - bestIteration;
}

async function iterate(
  parts: TrainingParts,
  settings: TrainingSettings,
  before: PolicyState,
  rollout: Rollout,
): Promise<PolicyState> {
  const { learner, world, episodeReturns, draws, validate } = parts;
  const { gamma, lambda, rewardScale } = settings;
  const iteration = before.history.length + 1;
  episodeReturns.length = 0;
  await rollout.play(world, learner, {
    gamma,
    lambda,
    rewardScale,
    draw: (step, out) => draws.actions(iteration, step, out),
  });
  const meanEpisodeReturn = mean(episodeReturns);
  const learnt = await learn(parts, settings, before, rollout);
  const record: IterationRecord = {
    iteration,
    steps: iteration * rollout.rows,
    meanEpisodeReturn,
    entropy: learnt.entropy,
    kl: learnt.kl,
    loss: -(await validate()),
  };
  const now = learner.state();
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
  { learner, draws, onProgress }: TrainingParts,
  settings: TrainingSettings,
  before: PolicyState,
  rollout: Rollout,
): Promise<{ halvings: number; entropy: number; kl: number }> {
  const { batch, epochs, learningRate, targetKl } = settings;
  const steps = gradientSteps(settings, rollout);
  const iteration = before.history.length + 1;
  const minibatch = new Minibatch(batch);
  const last = { halvings: before.halvings, entropy: 0, kl: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = draws.order(iteration, epoch, rollout.rows);
    for (let from = 0; from < order.length; from += batch) {
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
    onProgress({ state: before, step: ((epoch + 1) * steps) / epochs, steps });
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
