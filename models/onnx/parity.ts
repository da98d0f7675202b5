import { AlphaloomError } from '../../contracts/errors.ts';
import type { ParityReport } from '../../contracts/evidence.ts';
import { runRows } from './row-chunks.ts';
import type { ModelSession } from './session.ts';

export const PARITY_TOLERANCE = 5e-6;
/** Where the two likeliest classes are closer than this, either may win. */
const TIE_MARGIN = 1e-5;

/**
 * Compares an exported model with its estimator, row by row.
 * @param own the estimator's own probabilities `[rows, classes]`
 * @param x windows `[rows, steps, features]`
 * @throws AlphaloomError PARITY_FAILED if any probability differs by more than PARITY_TOLERANCE, or a row's class
 *   although its margin is over 1e-5
 */
export async function checkParity(
  session: ModelSession,
  own: ArrayLike<number>,
  x: Float32Array,
  rows: number,
): Promise<ParityReport> {
  const report = compare(own, await runRows(session, x, rows), rows, session.info.classes.length);
  if (report.maxDifference <= report.tolerance && report.disagreements === 0) return report;
  throw new AlphaloomError(
    'PARITY_FAILED',
    `The exported model differs from the trained one by up to ${report.maxDifference} (allowed: ${report.tolerance}), ` +
      `and chooses another class in ${report.disagreements} of ${rows} rows.`,
    { ...report },
  );
}

function compare(
  own: ArrayLike<number>,
  exported: Float32Array,
  rows: number,
  classes: number,
): ParityReport {
  if (own.length !== exported.length) throw new RangeError(`${own.length} probabilities for ${rows} rows`);
  let maxDifference = 0;
  for (let at = 0; at < own.length; at += 1) {
    const difference = Math.abs(own[at] - exported[at]);
    // NaN differs by more than anything.
    maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  let disagreements = 0;
  for (let row = 0; row < rows; row += 1) {
    const trained = likeliest(own, row, classes);
    if (trained.margin > TIE_MARGIN && trained.index !== likeliest(exported, row, classes).index) {
      disagreements += 1;
    }
  }
  return { rows, maxDifference, tolerance: PARITY_TOLERANCE, disagreements };
}

/** A row's likeliest class, and its lead over the second. */
function likeliest(
  values: ArrayLike<number>,
  row: number,
  classes: number,
): { index: number; margin: number } {
  let index = 0;
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let column = 0; column < classes; column += 1) {
    const value = values[row * classes + column];
    if (value > first) {
      second = first;
      first = value;
      index = column;
    } else if (value > second) {
      second = value;
    }
  }
  return { index, margin: first - second };
}
