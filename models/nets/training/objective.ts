import { crossEntropy, focal, type Loss, squaredError } from '../losses.ts';
import { huberError } from './huber-error.ts';
import type { NetRows } from './net-rows.ts';

/** What a training minimises, and the same number for validation rows. */
export interface Objective {
  readonly loss: Loss;
  /** Loss of a row, whose scores stand in `scores` from `at` on. */
  rowLoss(scores: Float32Array, at: number, rows: NetRows, row: number): number;
  /** How much a row of the class counts in validation, beside its own weight. */
  classWeight(label: number): number;
}

interface ClassObjective {
  /** How much rows of each class are to count. */
  readonly classWeights: readonly number[];
  /** Whether the loss carries those weights: not where rows are drawn by them. */
  readonly isWeighted: boolean;
  /** 0 but for focal loss. */
  readonly gamma: number;
  /** Of training alone: validation asks for the label itself. */
  readonly smoothing: number;
}

export function classObjective({ classWeights, isWeighted, gamma, smoothing }: ClassObjective): Objective {
  const inLoss = isWeighted ? classWeights : classWeights.map(() => 1);
  const classes = classWeights.length;
  return {
    loss:
      gamma > 0 ? focal({ classWeights: inLoss, gamma }) : crossEntropy({ classWeights: inLoss, smoothing }),
    rowLoss: (scores, at, { label }, row) => {
      const log = logProbability(scores, at, classes, label[row]);
      return gamma > 0 ? -((1 - Math.exp(log)) ** gamma) * log : -log;
    },
    classWeight: label => classWeights[label],
  };
}

/** @param deviation of the target over the training rows: scores are in the target's own unit, the loss in deviations */
export function returnObjective(kind: 'l2' | 'huber', deviation: number): Objective {
  const ofError = kind === 'l2' ? (error: number) => error * error : huber;
  return {
    loss: kind === 'l2' ? squaredError() : huberError(),
    rowLoss: (scores, at, { target }, row) => ofError(scores[at] / deviation - target![row]),
    classWeight: () => 1,
  };
}

function logProbability(scores: Float32Array, at: number, classes: number, label: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) largest = Math.max(largest, scores[at + k]);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(scores[at + k] - largest);
  return scores[at + label] - largest - Math.log(sum);
}

function huber(error: number): number {
  const size = Math.abs(error);
  return size <= 1 ? 0.5 * error * error : size - 0.5;
}
