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
