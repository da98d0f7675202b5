import type { WindowTable } from '../../features/window.ts';
import { type LinearModel, linearScores } from '../linear/linear-model.ts';
import { solveLinear } from '../linear/newton.ts';
import { scalingOf } from '../linear/scaling.ts';
import type { EnsembleParams } from './params.ts';
import { averagingShares, mixtureShares } from './shares.ts';

/** How the members' answers become the ensemble's scores. */
export type Combination =
  | { readonly kind: 'shares'; readonly shares: readonly number[] }
  /** Of the members' answers side by side. */
  | ({ readonly kind: 'linear' } & LinearModel);

/** Per member `[rows, outputs]`: probabilities, or returns. */
export type Answers = readonly Float64Array[];

/** What came, on the rows that the combination is fitted on. */
export interface Truth {
  /** 0 in a task without classes. */
  readonly classes: number;
  readonly label: Int8Array;
  /** In a task without classes. */
  readonly target: Float32Array | null;
  readonly rowWeight: Float32Array;
}

/** Smallest probability whose logarithm is taken. */
export const LEAST_PROBABILITY = 1e-30;
const NEWTON_STEPS = 50;

/** @throws AlphaloomError TRAINING_FAILED where a linear model has no single best solution */
export function fitCombination({ method, l2 }: EnsembleParams, answers: Answers, truth: Truth): Combination {
  switch (method) {
    case 'mean':
      return { kind: 'shares', shares: answers.map(() => 1 / answers.length) };
    case 'vote':
      return { kind: 'shares', shares: fitShares(answers, truth) };
    case 'stack':
      return { kind: 'linear', ...fitLinear(answers, truth, l2) };
  }
}

/** The ensemble's scores `[rows, outputs]`: of classes, logarithms whose softmax are the probabilities. */
export function combine(combination: Combination, answers: Answers, classes: number): Float64Array {
  if (combination.kind === 'linear') return linearScores(combination, sideBySide(answers, classes));
  const { shares } = combination;
  const mixture = answers[0].map((_, at) =>
    shares.reduce((sum, share, member) => sum + share * answers[member][at], 0),
  );
  return classes === 0 ? mixture : mixture.map(logarithm);
}

/** Weighted mean of −log of the truth's probability, or of the squared error. */
export function lossOfScores(scores: Float64Array, truth: Truth): number {
  const { classes, label, target, rowWeight } = truth;
  let [loss, total] = [0, 0];
  for (let row = 0; row < label.length; row++) {
    const own = target
      ? (scores[row] - target[row]) ** 2
      : logSumExp(scores, row * classes, classes) - scores[row * classes + label[row]];
    loss += rowWeight[row] * own;
    total += rowWeight[row];
  }
  return loss / total;
}

function fitShares(answers: Answers, { classes, label, target, rowWeight }: Truth): number[] {
  if (target) return averagingShares(answers, target, rowWeight);
  const chances = answers.map(own => Float64Array.from(label, (k, row) => own[row * classes + k]));
  return mixtureShares(chances, rowWeight);
}

/** Of two classes the first's scores stand at 0: a pair of scores has one difference. */
function fitLinear(answers: Answers, truth: Truth, l2: number): LinearModel {
  const { classes, label, target, rowWeight } = truth;
  const windows = sideBySide(answers, classes);
  const scaling = scalingOf(windows);
  const rows = { windows, target: target ?? Float32Array.from(label), weight: rowWeight };
  const beta = solveLinear({ rows, scaling, classes, l2 }, NEWTON_STEPS, () => {});
  const width = windows.features + 1;
  const free = Array.from({ length: beta.length / width }, (_, score) => [
    ...beta.subarray(score * width, (score + 1) * width),
  ]);
  const all = classes === 2 ? [new Array<number>(width).fill(0), ...free] : free;
  return {
    scaling,
    coefficients: all.map(values => values.slice(0, -1)),
    intercepts: all.map(values => values[width - 1]),
  };
}

/** A row per row: each member's logarithms of its probabilities, or its return. */
function sideBySide(answers: Answers, classes: number): WindowTable {
  const outputs = classes || 1;
  const rows = answers[0].length / outputs;
  const features = answers.length * outputs;
  const values = new Float32Array(new SharedArrayBuffer(4 * rows * features));
  for (const [member, own] of answers.entries())
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < outputs; k++) {
        const answer = own[row * outputs + k];
        values[row * features + member * outputs + k] = classes === 0 ? answer : logarithm(answer);
      }
  return { values, ends: Int32Array.from({ length: rows }, (_, row) => row), steps: 1, features };
}

function logarithm(probability: number): number {
  return Math.log(Math.max(probability, LEAST_PROBABILITY));
}

function logSumExp(scores: Float64Array, from: number, count: number): number {
  const row = scores.subarray(from, from + count);
  const most = Math.max(...row);
  return most + Math.log(row.reduce((sum, score) => sum + Math.exp(score - most), 0));
}
