import { CANDLE_COLUMNS, type ExtraColumn, type MarketBars } from '../contracts/candles.ts';
import { CandleBuilder, extrasOf } from './candle-builder.ts';

const PRICES_AND_VOLUME = CANDLE_COLUMNS.filter(column => column !== 'openTime');

/** Where two sets of bars disagree about one bar. */
export interface BarConflict {
  readonly openTime: number;
  readonly column: Exclude<(typeof CANDLE_COLUMNS)[number], 'openTime'> | ExtraColumn;
  readonly stored: number;
  readonly given: number;
}

export interface Merge {
  readonly candles: MarketBars;
  /** Bars of `given` that `stored` did not hold. */
  readonly added: number;
  /** Bars that both hold, equal in every value. */
  readonly identical: number;
  /** The first bar that both hold with different values; `candles` then keeps the stored ones. */
  readonly conflict: BarConflict | null;
}

/**
 * Union of two ascending sets of bars by open time. Extra columns are compared where both sets have them; bars given
 * without a column that is stored add nothing to say about it, and bars stored without it differ. O(n + m), one pass.
 */
export function mergeCandles(stored: MarketBars, given: MarketBars): Merge {
  const storedBars = stored.openTime.length;
  const givenBars = given.openTime.length;
  const compared = [...PRICES_AND_VOLUME, ...extrasOf(given)];
  const builder = new CandleBuilder(storedBars + givenBars, extrasOf(stored, given));
  let identical = 0;
  let conflict: BarConflict | null = null;
  let s = 0;
  let g = 0;
  while (s < storedBars || g < givenBars) {
    const storedTime = s < storedBars ? stored.openTime[s] : Infinity;
    const givenTime = g < givenBars ? given.openTime[g] : Infinity;
    if (givenTime < storedTime) {
      builder.pushRow(given, g++);
      continue;
    }
    if (givenTime === storedTime) {
      const difference = differenceOf(stored, s, given, g++, compared);
      if (difference) conflict ??= difference;
      else identical++;
    }
    builder.pushRow(stored, s++);
  }
  return { candles: builder.finish(), added: builder.length - storedBars, identical, conflict };
}

function differenceOf(
  stored: MarketBars,
  s: number,
  given: MarketBars,
  g: number,
  columns: readonly BarConflict['column'][],
): BarConflict | null {
  for (const column of columns) {
    const storedValue = stored[column]?.[s] ?? Number.NaN;
    const givenValue = given[column]![g];
    const bothMissing = Number.isNaN(storedValue) && Number.isNaN(givenValue);
    if (storedValue !== givenValue && !bothMissing)
      return { openTime: stored.openTime[s], column, stored: storedValue, given: givenValue };
  }
  return null;
}
