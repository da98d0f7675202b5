import type { TrainingState } from '../nets/training-session.ts';
import type { Minibatch } from './minibatch.ts';
import type { Player } from './rollout.ts';

/** What a gradient step tells of itself. */
export interface Lesson {
  readonly loss: number;
  /** Mean entropy of the policy over the decisive rows, nats. */
  readonly entropy: number;
  /** About how far the policy stands from the one that played (Kullback-Leibler divergence, nats). */
  readonly kl: number;
}

/** The policy under training. */
export interface Learner extends Player {
  /** One gradient step; null where loss or gradient is no finite number, and then nothing has changed. */
  learn(minibatch: Minibatch, learningRate: number): Promise<Lesson | null>;
  state(): TrainingState;
  restore(state: TrainingState): void;
}
