import type { Statistic } from './bootstrap.ts';
import { directionalRanking } from './classification.ts';
import { accuracy, balancedAccuracy, macroF1, matthewsCorrelation } from './confusion.ts';
import { brierOfRow, checkProbabilities, logLossOfRow, type Probabilities } from './probabilities.ts';
import { statisticOfRanking, statisticsOfSums, together } from './resampled.ts';

export type ClassificationStatistic =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'macroF1'
  | 'mcc'
  | 'logLoss'
  | 'brier'
  | 'directionalAuc';

/** The metrics that get intervals; each equals its namesake of `classificationMetrics` on the rows as they are. */
export function classificationStatistics(
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: readonly string[],
  predicted: ArrayLike<number>,
): Statistic<ClassificationStatistic> {
  const n = classes.length;
  const rows = label.length;
  checkProbabilities(probabilities, rows, n);
  const cells = n * n;
  const sums = statisticsOfSums(
    rows,
    cells + 2,
    (row, out) => {
      out[label[row]! * n + predicted[row]!] = 1;
      out[cells] = logLossOfRow(probabilities, n, row, label[row]!);
      out[cells + 1] = brierOfRow(probabilities, n, row, label[row]!);
    },
    {
      accuracy: sums => accuracy(sums.subarray(0, cells), n),
      balancedAccuracy: sums => balancedAccuracy(sums.subarray(0, cells), n),
      macroF1: sums => macroF1(sums.subarray(0, cells), n),
      mcc: sums => matthewsCorrelation(sums.subarray(0, cells), n),
      logLoss: sums => sums[cells]! / rows,
      brier: sums => sums[cells + 1]! / rows,
    },
  );
  const ranking = directionalRanking(label, probabilities, classes) ?? NO_RANKING;
  return together(sums, statisticOfRanking('directionalAuc', rows, ranking));
}

/** MCC alone: what champion and candidate are compared by. */
export function mccStatistic(
  label: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Statistic<'mcc'> {
  return statisticsOfSums(
    label.length,
    classes * classes,
    (row, out) => {
      out[label[row]! * classes + predicted[row]!] = 1;
    },
    { mcc: counts => matthewsCorrelation(counts, classes) },
  );
}

const NO_RANKING = { row: new Int32Array(0), positive: new Uint8Array(0), tieEnds: new Uint8Array(0) };
