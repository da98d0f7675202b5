import { normaliseAdvantages } from './normalise.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';
import type { Rollout } from './rollout.ts';

/** Rows of a rollout that one gradient step learns from, filled anew for each. */
export class Minibatch {
  readonly rows: number;
  readonly bar: Int32Array;
  readonly portfolio: Float32Array;
  readonly action: Int32Array;
  readonly oldLogProbability: Float32Array;
  /** Normalised over the decisive rows of the minibatch. */
  readonly advantage: Float32Array;
  /** Of decisive rows their equal share of 1, of others 0: what can't change anything teaches a policy only noise. */
  readonly policyWeight: Float32Array;
  readonly valueTarget: Float32Array;
  readonly #raw: Float64Array;
  readonly #decisive: Uint8Array;

  constructor(rows: number) {
    this.rows = rows;
    this.bar = new Int32Array(rows);
    this.portfolio = new Float32Array(rows * PORTFOLIO_SIZE);
    this.action = new Int32Array(rows);
    this.oldLogProbability = new Float32Array(rows);
    this.advantage = new Float32Array(rows);
    this.policyWeight = new Float32Array(rows);
    this.valueTarget = new Float32Array(rows);
    this.#raw = new Float64Array(rows);
    this.#decisive = new Uint8Array(rows);
  }

  /** @param order row numbers of the rollout, of which those from `from` on are taken */
  fill(rollout: Rollout, order: Int32Array, from: number): void {
    let decisive = 0;
    for (let at = 0; at < this.rows; at++) {
      const row = order[from + at];
      this.bar[at] = rollout.bar[row];
      for (let p = 0; p < PORTFOLIO_SIZE; p++)
        this.portfolio[at * PORTFOLIO_SIZE + p] = rollout.portfolio[row * PORTFOLIO_SIZE + p];
      this.action[at] = rollout.action[row];
      this.oldLogProbability[at] = rollout.logProbability[row];
      this.valueTarget[at] = rollout.valueTarget[row];
      this.#raw[at] = rollout.advantage[row];
      this.#decisive[at] = rollout.decisive[row];
      decisive += rollout.decisive[row];
    }
    normaliseAdvantages(this.#raw, this.#decisive, this.advantage);
    for (let at = 0; at < this.rows; at++) this.policyWeight[at] = this.#decisive[at] / Math.max(1, decisive);
  }
}
