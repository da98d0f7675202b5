/**
 * Bars as columns of equal length, in ascending order of time.
 * `openTime` is the bar's open in epoch ms (exact in a float64); prices are in quote currency, volume in base units.
 */
export interface Candles {
  readonly openTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const CANDLE_COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;

/**
 * Columns that only some series have, bar by bar: the close of a leading market as of the bar's close (NaN where it has
 * none), and of seconds made from ticks the number of up- and down-ticks between their trades and the depth of the top 20
 * levels of the book at the second's end (base units).
 */
export const EXTRA_COLUMNS = ['leaderClose', 'upTicks', 'downTicks', 'bidDepth', 'askDepth'] as const;
export type ExtraColumn = (typeof EXTRA_COLUMNS)[number];

/** What they are called in files. */
export const EXTRA_COLUMN_NAMES = {
  leaderClose: 'leader_close',
  upTicks: 'up_ticks',
  downTicks: 'down_ticks',
  bidDepth: 'bid_depth',
  askDepth: 'ask_depth',
} as const satisfies Record<ExtraColumn, string>;

/** Bars with what else is known of them; what features are computed from. */
export type MarketBars = Candles & { readonly [Column in ExtraColumn]?: Float64Array };

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory with the original. */
export function sliceCandles(candles: Candles, from: number, to: number): Candles {
  return {
    openTime: candles.openTime.subarray(from, to),
    open: candles.open.subarray(from, to),
    high: candles.high.subarray(from, to),
    low: candles.low.subarray(from, to),
    close: candles.close.subarray(from, to),
    volume: candles.volume.subarray(from, to),
  };
}

/** The same of bars with their extra columns. */
export function sliceBars(bars: MarketBars, from: number, to: number): MarketBars {
  const slice: { -readonly [Column in keyof MarketBars]: MarketBars[Column] } = sliceCandles(bars, from, to);
  for (const column of EXTRA_COLUMNS) if (bars[column]) slice[column] = bars[column].subarray(from, to);
  return slice;
}

/** Number of bars whose open time is before `time` (binary search, O(log n)). */
export function barsBefore(candles: Candles, time: number): number {
  let low = 0;
  let high = candles.openTime.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (candles.openTime[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
