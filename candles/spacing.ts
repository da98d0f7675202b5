import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../contracts/series.ts';

/** Below this many bars the most common spacing says too little: a few bars may all stand beside gaps. */
const BARS_FOR_USUAL_SPACING = 10;
const BARS_FOR_ANY_SPACING = 3;

/**
 * Refuses ascending, aligned bars whose spacing shows another, longer timeframe (gaps are whole multiples, so alignment
 * alone can't tell). Under three bars nothing is known; under ten the smallest spacing decides, then the most common.
 * @throws AlphaloomError CANDLES_INVALID naming the timeframe that the bars look like
 */
export function validateSpacing(candles: Candles, timeframe: Timeframe): void {
  const { openTime } = candles;
  if (openTime.length < BARS_FOR_ANY_SPACING) return;
  const spacing = showsUsualSpacing(candles) ? usualSpacing(openTime) : smallestSpacing(openTime);
  if (spacing <= TIMEFRAME_MS[timeframe]) return;
  throw new AlphaloomError(
    'CANDLES_INVALID',
    `The bars are not ${timeframe}: they stand ${describe(spacing)} apart. ${remedy(spacing)}.`,
    { rule: 'spacing', timeframe, spacingMs: spacing },
  );
}

/** Whether there are enough bars to tell their timeframe from a run of gaps. */
export function showsUsualSpacing(candles: Candles): boolean {
  return candles.openTime.length >= BARS_FOR_USUAL_SPACING;
}

/** What bars that stand beside the timeframe's grid look like, as the end of a sentence; empty where nothing shows. */
export function spacingHint(openTime: Float64Array, timeframe: Timeframe): string {
  if (openTime.length < 2) return '';
  const spacing = usualSpacing(openTime);
  if (!(spacing > 0) || spacing === TIMEFRAME_MS[timeframe]) return '';
  return `; the bars stand ${describe(spacing)} apart. ${remedy(spacing)}`;
}

/** The most common difference of neighbours, the smaller one on a tie. */
function usualSpacing(openTime: Float64Array): number {
  const counts = new Map<number, number>();
  for (let row = 1; row < openTime.length; row++) {
    const spacing = openTime[row] - openTime[row - 1];
    counts.set(spacing, (counts.get(spacing) ?? 0) + 1);
  }
  let usual = Number.NaN;
  let most = 0;
  for (const [spacing, count] of counts) {
    if (count > most || (count === most && spacing < usual)) {
      usual = spacing;
      most = count;
    }
  }
  return usual;
}

function smallestSpacing(openTime: Float64Array): number {
  let smallest = Infinity;
  for (let row = 1; row < openTime.length; row++) {
    smallest = Math.min(smallest, openTime[row] - openTime[row - 1]);
  }
  return smallest;
}

function describe(spacingMs: number): string {
  return timeframeOf(spacingMs) ?? `${spacingMs / 1_000} seconds`;
}

function remedy(spacingMs: number): string {
  const timeframe = timeframeOf(spacingMs);
  return timeframe
    ? `They look like ${timeframe}: import them as that`
    : `That is no timeframe of the store (${TIMEFRAMES.join(', ')})`;
}

function timeframeOf(spacingMs: number): Timeframe | undefined {
  return TIMEFRAMES.find(name => TIMEFRAME_MS[name] === spacingMs);
}
