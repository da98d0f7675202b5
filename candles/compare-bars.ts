import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';

/** Sums of the same volumes in another order differ in their last bits. */
const VOLUME_TOLERANCE = 1e-9;
const PRICES_AND_VOLUME = CANDLE_COLUMNS.filter(column => column !== 'openTime');

export interface BarsCompared {
  /** Open times that both hold. */
  readonly inBoth: number;
  readonly equal: number;
  /** Bars that differ, and in which columns. */
  readonly different: readonly { readonly openTime: number; readonly columns: readonly string[] }[];
}

/** Compares bars of the same open time: prices exactly, volumes to a relative 1e-9. O(n + m). */
export function compareBars(a: Candles, b: Candles): BarsCompared {
  const different: { openTime: number; columns: string[] }[] = [];
  let inBoth = 0;
  for (let i = 0, j = 0; i < a.openTime.length && j < b.openTime.length; ) {
    if (a.openTime[i] < b.openTime[j]) i++;
    else if (a.openTime[i] > b.openTime[j]) j++;
    else {
      const columns = PRICES_AND_VOLUME.filter(column => !isSame(column, a[column][i], b[column][j]));
      if (columns.length > 0) different.push({ openTime: a.openTime[i], columns });
      inBoth++;
      i++;
      j++;
    }
  }
  return { inBoth, equal: inBoth - different.length, different };
}

function isSame(column: string, a: number, b: number): boolean {
  return column === 'volume' ? Math.abs(a - b) <= VOLUME_TOLERANCE * Math.abs(b) : a === b;
}
