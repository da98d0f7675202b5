import { DECIDED_CLASSES, LONG, NO_TRADE, REJECT, SHORT, type Task } from './tasks.ts';

/**
 * How a model's answers become decisions; fitted beside the model on rows that neither taught it nor stopped it, and kept
 * in its package.
 */
export interface DecisionRule {
  /**
   * What each class's probability is measured by, in the order of the classes: the class is chosen whose probability is the
   * largest multiple of its threshold. Without thresholds the likeliest class is chosen.
   */
  readonly thresholds: readonly number[] | null;
  /** Of the task `return` alone: what makes probabilities of an expected return. */
  readonly returns: ReturnScale | null;
}

export interface ReturnScale {
  /** Deviation of the log return that came from the one that was expected. */
  readonly deviation: number;
  /** Log return that pays a round trip's costs: beyond it a move is LONG or SHORT. */
  readonly breakEven: number;
}

export const LIKELIEST: DecisionRule = { thresholds: null, returns: null };

/** The class that means doing nothing. */
export const PASSIVE_CLASS: Readonly<Record<Task, number>> = {
  direction3: NO_TRADE,
  approve2: REJECT,
  return: NO_TRADE,
};

/**
 * Probabilities `[rows, classes]` of the decided classes. Those of a classifier are its answers; an expected return r gives
 * the chances that r + ε pays its costs on either side, ε normal with the deviation that was found.
 */
export function decidedProbabilities(task: Task, answers: Float32Array, rule: DecisionRule): Float32Array {
  if (task !== 'return') return answers;
  if (rule.returns === null) throw new RangeError('The decision rule of a return model has no scale.');
  const { deviation, breakEven } = rule.returns;
  const probabilities = new Float32Array(3 * answers.length);
  for (let row = 0; row < answers.length; row++) {
    const long = normalBelow((answers[row] - breakEven) / deviation);
    const short = normalBelow((-answers[row] - breakEven) / deviation);
    probabilities[3 * row + SHORT] = short;
    probabilities[3 * row + LONG] = long;
    probabilities[3 * row + NO_TRADE] = Math.max(0, 1 - long - short);
  }
  return probabilities;
}

/** The class of a log return that came: LONG or SHORT where it pays a round trip's costs. */
export function classOfReturn(logReturn: number, breakEven: number): number {
  if (logReturn > breakEven) return LONG;
  return logReturn < -breakEven ? SHORT : NO_TRADE;
}

/** The decided class of each row of `[rows, classes]` probabilities; of equal ones the first. */
export function decideClasses(
  task: Task,
  probabilities: ArrayLike<number>,
  { thresholds }: Pick<DecisionRule, 'thresholds'>,
): Int8Array {
  const classes = DECIDED_CLASSES[task].length;
  const decided = new Int8Array(probabilities.length / classes);
  for (let row = 0; row < decided.length; row++) {
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const multiple = probabilities[row * classes + k] / (thresholds === null ? 1 : thresholds[k]);
      if (!(multiple > most)) continue;
      best = k;
      most = multiple;
    }
    decided[row] = best;
  }
  return decided;
}

/** Φ by Abramowitz and Stegun 26.2.17; off by less than 7.5e-8. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? 1 - above : above;
}
