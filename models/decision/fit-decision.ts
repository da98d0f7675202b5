import type { Calibration } from '../../contracts/calibration.ts';
import {
  classOfReturn,
  type DecisionRule,
  decidedProbabilities,
  LIKELIEST,
} from '../../contracts/decision.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { calibrate, fitCalibration, noCalibration } from './calibration.ts';
import { fitThresholds } from './thresholds.ts';

export interface DecisionInput {
  readonly task: Task;
  /** Row-major `[rows, outputs]` of rows that neither taught the model nor stopped it. */
  readonly scores: Float64Array;
  readonly label: Int8Array;
  /** In the task `return`. */
  readonly target: Float32Array | null;
  /** How much a row of each class counted in training. */
  readonly classWeights: readonly number[];
  /** How many rows without overlap of their labels say as much. */
  readonly effectiveRows: number;
  readonly wanted: Recipe['decision'];
  /** Log return that pays a round trip's costs. */
  readonly breakEven: number;
}

export interface FittedDecision {
  /** Null in a task without classes. */
  readonly calibration: Calibration | null;
  readonly decision: DecisionRule;
}

/**
 * Calibration and thresholds by rows of their own. Where they are too few for thresholds, scores stay as they were trained
 * and the likeliest class is chosen: with the weights of rare classes undone, that would nearly always be the commonest.
 */
export function fitDecision(input: DecisionInput): FittedDecision {
  return input.task === 'return' ? decideReturns(input) : decideClassScores(input);
}

/** For what is decided as it comes: a policy's actions. */
export function asTrained(task: Task): FittedDecision {
  return {
    calibration: task === 'return' ? null : noCalibration(TASK_CLASSES[task].length),
    decision: LIKELIEST,
  };
}

function decideClassScores(input: DecisionInput): FittedDecision {
  const { task, scores, label, classWeights, effectiveRows, wanted } = input;
  const plain = noCalibration(classWeights.length);
  const calibration = wanted.calibrate ? fitCalibration(scores, label, classWeights, effectiveRows) : plain;
  if (wanted.thresholds === 'likeliest') return { calibration, decision: LIKELIEST };
  // Thresholds as the served float32 probabilities are compared with.
  const probabilities = Float32Array.from(calibrate(scores, calibration));
  const thresholds = fitThresholds(task, probabilities, label, effectiveRows);
  return thresholds
    ? { calibration, decision: { thresholds, returns: null } }
    : { calibration: plain, decision: LIKELIEST };
}

/** A scale is needed even of few rows: the deviation of the targets themselves is the widest it may be. */
function decideReturns(input: DecisionInput): FittedDecision {
  const { task, scores, target, effectiveRows, wanted, breakEven } = input;
  const errors = Array.from(target!, (value, row) => value - scores[row]);
  const returns = { deviation: rootMeanSquare(errors), breakEven };
  if (wanted.thresholds === 'likeliest')
    return { calibration: null, decision: { thresholds: null, returns } };
  const answers = Float32Array.from(scores);
  const probabilities = decidedProbabilities(task, answers, { thresholds: null, returns });
  const truth = Int8Array.from(target!, value => classOfReturn(value, breakEven));
  const thresholds = fitThresholds(task, probabilities, truth, effectiveRows);
  return { calibration: null, decision: { thresholds, returns } };
}

function rootMeanSquare(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length);
  return Math.sqrt(mean) || 1e-9;
}
