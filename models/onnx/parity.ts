import { AlphaloomError } from '../../contracts/errors.ts';
import type { ParityReport } from '../../contracts/evidence.ts';
import { answerWidth } from '../../contracts/tasks.ts';
import type { WindowTable } from '../../features/window.ts';
import { runRows } from './row-chunks.ts';
import type { ModelSession } from './session.ts';

/** Where the two likeliest classes are closer than this, either may win. */
const TIE_MARGIN = 1e-5;

/**
 * Compares an exported model with its estimator, row by row.
 * @param own the estimator's own calibrated probabilities `[rows, classes]`, or expected returns `[rows]`
 * @param tolerance largest difference allowed: of a probability, or of a return relative to the largest of the block
 * @throws AlphaloomError PARITY_FAILED if an answer differs by more, or a row's class although its margin is over 1e-5
 */
export async function checkParity(
  session: ModelSession,
  own: ArrayLike<number>,
  windows: WindowTable,
  tolerance: number,
): Promise<ParityReport> {
  const { task } = session.info;
  const scale = task === 'return' ? largest(own) : 1;
  const report = compare(own, await runRows(session, windows), answerWidth(task), scale, tolerance);
  if (report.maxDifference <= report.tolerance && report.disagreements === 0) return report;
  throw new AlphaloomError(
    'PARITY_FAILED',
    `The exported model differs from the trained one by up to ${report.maxDifference} (allowed: ${report.tolerance}), ` +
      `and chooses another class in ${report.disagreements} of ${report.rows} rows.`,
    { ...report },
  );
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at += 1) most = Math.max(most, Math.abs(values[at]));
  return most || 1;
}

function compare(
  own: ArrayLike<number>,
  exported: Float32Array,
  outputs: number,
  scale: number,
  tolerance: number,
): ParityReport {
  if (own.length !== exported.length)
    throw new RangeError(`${own.length} answers against ${exported.length}`);
  let maxDifference = 0;
  for (let at = 0; at < own.length; at += 1) {
    const difference = Math.abs(own[at] - exported[at]) / scale;
    // NaN differs by more than anything.
    maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  const rows = own.length / outputs;
  let disagreements = 0;
  for (let row = 0; row < rows; row += 1) {
    const trained = likeliest(own, row, outputs);
    if (trained.margin > TIE_MARGIN && trained.index !== likeliest(exported, row, outputs).index) {
      disagreements += 1;
    }
  }
  return { rows, maxDifference, tolerance, disagreements };
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
