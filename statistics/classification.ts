import { AlphaloomError } from '../contracts/errors.ts';
import type { ClassMetrics, Metrics } from '../contracts/evidence.ts';
import { oppositeClasses } from '../contracts/tasks.ts';
import {
  accuracy,
  balancedAccuracy,
  type ConfusionCounts,
  cohenKappa,
  confusionCounts,
  f1,
  macroF1,
  matthewsCorrelation,
  precision,
  predictedAs,
  recall,
  support,
} from './confusion.ts';
import {
  brierOfRow,
  checkProbabilities,
  likeliestClasses,
  logLossOfRow,
  type Probabilities,
} from './probabilities.ts';
import { areaUnderCurve, averagePrecision, type Ranking, rankByScore } from './ranking.ts';

/**
 * Every classification metric of one block, by scikit-learn's conventions: AUC and average precision of an absent class
 * are null, its precision, recall and F1 are 0; macro-F1 averages all given classes, balanced accuracy those in the
 * truth; ties in an AUC count half.
 *
 * @param label true class per row, 0 … classes − 1
 * @param probabilities row-major `[rows, classes]`
 * @param predicted answered class per row; the likeliest by default
 * @throws AlphaloomError DATASET_TOO_SMALL without rows, PREDICTION_INVALID where probabilities are none
 */
export function classificationMetrics(
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: readonly string[],
  predicted: ArrayLike<number> = likeliestClasses(probabilities, classes.length),
): Metrics {
  const rows = label.length;
  const n = classes.length;
  if (rows === 0) throw new AlphaloomError('DATASET_TOO_SMALL', 'There are no labelled rows to score.');
  checkProbabilities(probabilities, rows, n);
  const counts = confusionCounts(label, predicted, n);
  let logLoss = 0;
  let brier = 0;
  for (let row = 0; row < rows; row++) {
    logLoss += logLossOfRow(probabilities, n, row, label[row]!);
    brier += brierOfRow(probabilities, n, row, label[row]!);
  }
  const directional = directionalRanking(label, probabilities, classes);
  return {
    rows,
    accuracy: accuracy(counts, n),
    balancedAccuracy: balancedAccuracy(counts, n),
    macroF1: macroF1(counts, n),
    mcc: matthewsCorrelation(counts, n),
    kappa: cohenKappa(counts, n),
    directionalAuc: directional && orNull(areaUnderCurve(directional, once(rows))),
    logLoss: logLoss / rows,
    brier: brier / rows,
    confusion: classes.map((_, k) => Array.from(counts.subarray(k * n, (k + 1) * n))),
    perClass: classes.map((_, k) => classMetrics(k, label, probabilities, classes, counts)),
  };
}

/**
 * Rows labelled LONG or SHORT in order of P(LONG) / (P(LONG) + P(SHORT)), LONG being positive; where both are 0 the score
 * is ½. Likewise APPROVE and REJECT. Null where the task has no such classes.
 */
export function directionalRanking(
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: readonly string[],
): Ranking | null {
  const pair = oppositeClasses(classes);
  if (!pair) return null;
  const [long, short] = [classes.indexOf(pair[0]), classes.indexOf(pair[1])];
  const score = new Float64Array(label.length);
  for (let row = 0; row < label.length; row++) {
    const pLong = probabilities[row * classes.length + long]!;
    const either = pLong + probabilities[row * classes.length + short]!;
    score[row] = either > 0 ? pLong / either : 0.5;
  }
  const rows = allRows(label.length).filter(row => label[row] === long || label[row] === short);
  return rankByScore(rows, score, row => label[row] === long);
}

function classMetrics(
  k: number,
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: readonly string[],
  counts: ConfusionCounts,
): ClassMetrics {
  const n = classes.length;
  const score = Float64Array.from({ length: label.length }, (_, row) => probabilities[row * n + k]!);
  const ranking = rankByScore(allRows(label.length), score, row => label[row] === k);
  return {
    class: classes[k]!,
    support: support(counts, n, k),
    predicted: predictedAs(counts, n, k),
    precision: precision(counts, n, k),
    recall: recall(counts, n, k),
    f1: f1(counts, n, k),
    auc: orNull(areaUnderCurve(ranking, once(label.length))),
    averagePrecision: orNull(averagePrecision(ranking)),
  };
}

function allRows(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

function once(rows: number): Uint8Array {
  return new Uint8Array(rows).fill(1);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
