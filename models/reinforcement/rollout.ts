import { ACTIONS } from './actions.ts';
import { estimateAdvantages } from './advantages.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';
import type { TradingEnvironments } from './trading-environments.ts';

/** What a policy says of some rows. */
export interface Judgement {
  /** Of the actions `[rows, actions]`: softmax of them are their probabilities. */
  readonly scores: Float32Array;
  /** What the critic expects to earn from there on `[rows]`. */
  readonly value: Float32Array;
}

/** The policy that plays. */
export interface Player {
  /** For accounts at the close of these bars with these portfolios. */
  evaluate(bars: Int32Array, portfolio: Float32Array): Promise<Judgement>;
}

export interface RolloutSettings {
  readonly gamma: number;
  readonly lambda: number;
  /** Rewards are multiplied by it: the critic learns numbers around 1. */
  readonly rewardScale: number;
  /** Fills `out` with a uniform number in [0, 1) per environment, for a step of this rollout. */
  readonly draw: (step: number, out: Float32Array) => void;
}

/** What one policy played: `[steps, environments]` rows. */
export class Rollout {
  readonly steps: number;
  readonly environments: number;
  readonly rows: number;
  readonly bar: Int32Array;
  readonly portfolio: Float32Array;
  readonly action: Uint8Array;
  /** Whether the action could change anything. */
  readonly decisive: Uint8Array;
  readonly logProbability: Float32Array;
  readonly advantage: Float64Array;
  /** What the critic is to expect: advantage + value. */
  readonly valueTarget: Float32Array;
  readonly #value: Float64Array;
  readonly #reward: Float64Array;
  readonly #ended: Uint8Array;
  readonly #actions: Uint8Array;
  readonly #draws: Float32Array;

  constructor(steps: number, environments: number) {
    const rows = steps * environments;
    this.steps = steps;
    this.environments = environments;
    this.rows = rows;
    this.bar = new Int32Array(rows);
    this.portfolio = new Float32Array(rows * PORTFOLIO_SIZE);
    this.action = new Uint8Array(rows);
    this.decisive = new Uint8Array(rows);
    this.logProbability = new Float32Array(rows);
    this.advantage = new Float64Array(rows);
    this.valueTarget = new Float32Array(rows);
    this.#value = new Float64Array(rows);
    this.#reward = new Float64Array(rows);
    this.#ended = new Uint8Array(rows);
    this.#actions = new Uint8Array(environments);
    this.#draws = new Float32Array(environments);
  }

  /** Plays `steps` steps in every environment by the policy's probabilities, and estimates advantages. */
  async play(world: TradingEnvironments, player: Player, settings: RolloutSettings): Promise<void> {
    const { environments } = this;
    for (let step = 0; step < this.steps; step++) {
      const from = step * environments;
      this.bar.set(world.bar, from);
      this.portfolio.set(world.portfolio, from * PORTFOLIO_SIZE);
      this.decisive.set(world.decisive, from);
      const { scores, value } = await player.evaluate(world.bar, world.portfolio);
      settings.draw(step, this.#draws);
      for (let i = 0; i < environments; i++) {
        this.#value[from + i] = value[i];
        this.action[from + i] = chooseAction(scores, i, this.#draws[i]);
        this.logProbability[from + i] = logProbability(scores, i, this.action[from + i]);
        this.#actions[i] = this.action[from + i];
      }
      world.step(this.#actions);
      await this.#reap(world, player, from, settings);
    }
    const { value: lastValue } = await player.evaluate(world.bar, world.portfolio);
    this.#estimate(Float64Array.from(lastValue), settings);
  }

  /** Where an episode was cut, what it would still have earned is added to the reward; ruin leaves nothing to earn. */
  async #reap(
    world: TradingEnvironments,
    player: Player,
    from: number,
    { gamma, rewardScale }: RolloutSettings,
  ): Promise<void> {
    const { terminated, truncated, reward } = world;
    for (let i = 0; i < this.environments; i++) {
      this.#reward[from + i] = reward[i] * rewardScale;
      this.#ended[from + i] = terminated[i] | truncated[i];
    }
    if (!truncated.includes(1)) return;
    const { value } = await player.evaluate(world.reachedBar, world.reachedPortfolio);
    for (let i = 0; i < this.environments; i++)
      if (truncated[i] === 1) this.#reward[from + i] += gamma * value[i];
  }

  #estimate(lastValue: Float64Array, { gamma, lambda }: RolloutSettings): void {
    const { steps, environments, rows, advantage } = this;
    const experience = { steps, environments, lastValue };
    const played = { reward: this.#reward, value: this.#value, ended: this.#ended };
    estimateAdvantages({ ...experience, ...played }, gamma, lambda, advantage);
    for (let row = 0; row < rows; row++) this.valueTarget[row] = advantage[row] + this.#value[row];
  }
}

/** The action whose share of the cumulated softmax of a row's scores holds `uniform`. */
function chooseAction(scores: Float32Array, row: number, uniform: number): number {
  const total = logSumExp(scores, row);
  let left = uniform;
  for (let action = 0; action < ACTIONS.length - 1; action++) {
    left -= Math.exp(scores[row * ACTIONS.length + action] - total);
    if (left < 0) return action;
  }
  return ACTIONS.length - 1;
}

function logProbability(scores: Float32Array, row: number, action: number): number {
  return scores[row * ACTIONS.length + action] - logSumExp(scores, row);
}

function logSumExp(scores: Float32Array, row: number): number {
  const from = row * ACTIONS.length;
  let most = scores[from];
  for (let action = 1; action < ACTIONS.length; action++) most = Math.max(most, scores[from + action]);
  let sum = 0;
  for (let action = 0; action < ACTIONS.length; action++) sum += Math.exp(scores[from + action] - most);
  return most + Math.log(sum);
}
