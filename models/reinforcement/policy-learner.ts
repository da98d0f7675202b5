import { AlphaloomError } from '../../contracts/errors.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import { ADAM_DEFAULTS, adam } from '../nets/optimizers.ts';
import { compileTraining } from '../nets/training-graph.ts';
import { TrainingSession, type TrainingState } from '../nets/training-session.ts';
import { ACTIONS } from './actions.ts';
import { type ActorCritic, actorCritic } from './actor-critic.ts';
import { type ClippedLoss, clippedLoss } from './clipped-loss.ts';
import type { Learner, Lesson } from './learner.ts';
import type { Minibatch } from './minibatch.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';
import type { Judgement } from './rollout.ts';

export interface LearnerSettings {
  readonly net: ActorCritic;
  readonly loss: ClippedLoss;
  /** Rows of a gradient step, and of a run that only asks. */
  readonly batch: number;
  readonly evaluationBatch: number;
  readonly clipNorm: number;
  readonly seed: number;
  readonly threads: number;
}

/** What a policy is asked about: windows by the bar they end at. */
export interface ObservedMarket {
  /** Windows that end at consecutive bars. */
  readonly windows: WindowTable;
  /** The bar of the first one. */
  readonly firstBar: number;
}

/** stable-baselines3's, larger than Adam's usual 1e-8. */
const ADAM_EPSILON = 1e-5;
/** Windows are copied out for so many rows at once. */
const MOST_ROWS = 1_024;
const WIDTH = ACTIONS.length + 1;

/** An actor-critic that learns on ONNX Runtime, in the thread that calls it. */
export class PolicyLearner implements Learner {
  readonly #session: TrainingSession;
  readonly #market: ObservedMarket;
  readonly #window: Float32Array;

  private constructor(session: TrainingSession, market: ObservedMarket, batch: number) {
    const { steps, features } = market.windows;
    this.#session = session;
    this.#market = market;
    this.#window = new Float32Array(Math.max(batch, MOST_ROWS) * steps * features);
  }

  /** @throws AlphaloomError TRAINING_FAILED */
  static async open(settings: LearnerSettings, market: ObservedMarket): Promise<PolicyLearner> {
    const { batch, evaluationBatch, clipNorm, seed, threads } = settings;
    const graph = compileTraining(actorCritic(settings.net), {
      inputs: { window: [market.windows.steps, market.windows.features], portfolio: [PORTFOLIO_SIZE] },
      batch,
      evaluationBatch,
      loss: clippedLoss(settings.loss),
      optimizer: adam({ ...ADAM_DEFAULTS, epsilon: ADAM_EPSILON }),
      clipNorm,
      seed,
    });
    return new PolicyLearner(await TrainingSession.open(graph, threads), market, batch);
  }

  /** Of a window: bars and features. */
  get shape(): { readonly steps: number; readonly features: number } {
    return this.#market.windows;
  }

  async evaluate(bars: Int32Array, portfolio: Float32Array): Promise<Judgement> {
    const judgement = emptyJudgement(bars.length);
    for (let from = 0; from < bars.length; from += MOST_ROWS) {
      const to = Math.min(bars.length, from + MOST_ROWS);
      const account = portfolio.subarray(from * PORTFOLIO_SIZE, to * PORTFOLIO_SIZE);
      const window = this.copyWindows(bars.subarray(from, to));
      await this.judge(window, account, from, judgement);
    }
    return judgement;
  }

  /** Of windows `[rows, steps, features]`, written to the rows from `from` on. */
  async judge(window: Float32Array, portfolio: Float32Array, from: number, out: Judgement): Promise<void> {
    const rows = portfolio.length / PORTFOLIO_SIZE;
    const answer = await this.#session.evaluate({ window, portfolio }, rows);
    requireFinite(answer);
    for (let row = 0; row < rows; row++) {
      for (let action = 0; action < ACTIONS.length; action++)
        out.scores[(from + row) * ACTIONS.length + action] = answer[row * WIDTH + action];
      out.value[from + row] = answer[row * WIDTH + ACTIONS.length];
    }
  }

  async learn(minibatch: Minibatch, learningRate: number): Promise<Lesson | null> {
    const { portfolio, action, advantage, oldLogProbability, policyWeight, valueTarget } = minibatch;
    const window = this.copyWindows(minibatch.bar);
    const rows = { window, portfolio, action, advantage, oldLogProbability, policyWeight, valueTarget };
    const { isApplied, loss, monitors } = await this.#session.step(rows, learningRate, 0);
    return isApplied ? { loss, entropy: monitors.entropy, kl: monitors.kl } : null;
  }

  state(): TrainingState {
    return this.#session.state();
  }

  restore(state: TrainingState): void {
    this.#session.restore(state);
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  /** Row-major `[bars, steps, features]`; valid until the next call. */
  copyWindows(bars: Int32Array): Float32Array {
    const { windows, firstBar } = this.#market;
    const width = windows.steps * windows.features;
    for (let row = 0; row < bars.length; row++) {
      const at = bars[row] - firstBar;
      copyWindows(windows, at, at + 1, this.#window.subarray(row * width, (row + 1) * width));
    }
    return this.#window.subarray(0, bars.length * width);
  }
}

export function emptyJudgement(rows: number): Judgement {
  return { scores: new Float32Array(rows * ACTIONS.length), value: new Float32Array(rows) };
}

function requireFinite(answer: Float32Array): void {
  if (answer.every(Number.isFinite)) return;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    'The policy’s scores are no finite numbers any more. Take a lower learning_rate, or look for infinite features.',
  );
}
