import type { Estimate, Evidence } from '../contracts/evidence.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { normalQuantile } from '../statistics/normal.ts';

/** How surely a true difference is to be found, and how often one is to be found where there is none (one-sided). */
const POWER = 0.8;
const LEVEL = 0.025;

/** The difference of MCC whose detection cards speak of. */
export const TOLD_DIFFERENCE = 0.05;

/**
 * Bars on which a paired comparison shows a true difference with 80 % probability at a one-sided level of 2.5 % (a 95 %
 * interval that does not contain 0). The error of an estimate falls with √bars, so n = bars · ((z₀.₉₇₅ + z₀.₈) · error /
 * difference)², the sample size of a test of a mean under normality. Null where the error is not known.
 * @param difference true difference, in the estimate's unit
 * @param estimate of the difference of two models, with its 95 % interval
 * @param bars that the estimate rests on
 */
export function barsToDetect(difference: number, estimate: Estimate, bars: number): number | null {
  const error = standardErrorOf(estimate);
  if (error === null || !(difference > 0)) return null;
  const z = normalQuantile(1 - LEVEL) + normalQuantile(POWER);
  return Math.ceil(bars * ((z * error) / difference) ** 2);
}

/**
 * The same before there is another model to compare with: the error of a difference is taken for √2 times that of one model's
 * MCC, as if two models erred independently. Models that err on the same bars are told apart sooner.
 */
export function barsToDetectFrom(
  { intervals, testBlock }: Pick<Evidence, 'intervals' | 'testBlock'>,
  difference: number,
): number | null {
  const bars = barsToDetect(difference, intervals.mcc, testBlock.rows);
  return bars === null ? null : 2 * bars;
}

/** `about 16 months`: how long it takes until so many bars have closed. */
export function durationOfBars(bars: number, timeframe: Timeframe): string {
  const days = (bars * TIMEFRAME_MS[timeframe]) / DAY_MS;
  const [unit, length] = UNITS.find(([, size]) => days >= 2 * size) ?? UNITS.at(-1)!;
  const count = Math.max(1, Math.round(days / length));
  return `about ${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Of a 95 % interval, as if the estimate were normal. */
function standardErrorOf({ low, high }: Estimate): number | null {
  return low === null || high === null ? null : (high - low) / (2 * normalQuantile(0.975));
}

const DAY_MS = 86_400_000;
/** In days, the longest first; from two of a unit on it is counted in it. */
const UNITS: readonly (readonly [string, number])[] = [
  ['year', 365.25],
  ['month', 30.44],
  ['day', 1],
];
