import type { ReliabilityBin } from '../contracts/curves.ts';
import type { Probabilities } from './probabilities.ts';

const BINS = 10;

/**
 * How often a class came where it was said to come that often (DeGroot and Fienberg 1983), in ten bins of equally many rows
 * as scikit-learn's `calibration_curve(strategy='quantile')` makes them. Rows of one probability are never parted, so that
 * the order of rows says nothing; there are fewer bins then.
 * @param probabilities row-major `[rows, classes]`
 */
export function reliabilityBins(
  label: ArrayLike<number>,
  probabilities: Probabilities,
  classes: number,
  of: number,
): ReliabilityBin[] {
  const rows = label.length;
  const said = (row: number) => probabilities[row * classes + of]!;
  const ascending = Int32Array.from({ length: rows }, (_, row) => row).sort((a, b) => said(a) - said(b));
  const bins: ReliabilityBin[] = [];
  let from = 0;
  for (let bin = 1; bin <= BINS; bin++) {
    let to = Math.round((bin * rows) / BINS);
    while (to > 0 && to < rows && said(ascending[to]!) === said(ascending[to - 1]!)) to++;
    if (to <= from) continue;
    bins.push(binOf(ascending.subarray(from, to), said, row => label[row] === of));
    from = to;
  }
  return bins;
}

function binOf(
  rows: Int32Array,
  said: (row: number) => number,
  isOfClass: (row: number) => boolean,
): ReliabilityBin {
  let sum = 0;
  let came = 0;
  for (const row of rows) {
    sum += said(row);
    if (isOfClass(row)) came++;
  }
  return { rows: rows.length, probability: sum / rows.length, frequency: came / rows.length };
}
