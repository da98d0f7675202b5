import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';
import { CandleBuilder } from './candle-builder.ts';

/** Where two sets of bars disagree about one bar. */
export interface BarConflict {
  readonly openTime: number;
  readonly column: Exclude<(typeof CANDLE_COLUMNS)[number], 'openTime'>;
  readonly stored: number;
  readonly given: number;
}

export interface Merge {
  readonly candles: Candles;
  /** Bars of `given` that `stored` did not hold. */
  readonly added: number;
  /** Bars that both hold, equal in every value. */
  readonly identical: number;
  /** The first bar that both hold with different values; `candles` then keeps the stored ones. */
  readonly conflict: BarConflict | null;
}

/** Union of two ascending sets of bars by open time. O(n + m), one pass. */
export function mergeCandles(stored: Candles, given: Candles): Merge {
  const storedBars = stored.openTime.length;
  const givenBars = given.openTime.length;
  const builder = new CandleBuilder(storedBars + givenBars);
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
      const difference = differenceOf(stored, s, given, g++);
      if (difference) conflict ??= difference;
      else identical++;
    }
    builder.pushRow(stored, s++);
  }
  return { candles: builder.finish(), added: builder.length - storedBars, identical, conflict };
}

function differenceOf(stored: Candles, s: number, given: Candles, g: number): BarConflict | null {
  for (const column of CANDLE_COLUMNS) {
    if (column !== 'openTime' && stored[column][s] !== given[column][g]) {
      return {
        openTime: stored.openTime[s],
        column,
        stored: stored[column][s],
        given: given[column][g],
      };
    }
  }
  return null;
}
