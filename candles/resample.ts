import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../contracts/series.ts';
import { CandleBuilder } from './candle-builder.ts';

/**
 * Bars of a longer timeframe: open of the first, highest high, lowest low, close of the last, sum of the volumes. A longer
 * bar is made only where every one of its base bars is there; it begins at a multiple of its duration since the epoch
 * (UTC), whatever bar the series begins with. O(n), one pass.
 * @throws AlphaloomError RESAMPLE_INVALID unless `to` is longer than `from` and a whole multiple of it
 */
export function resampleCandles(candles: Candles, from: Timeframe, to: Timeframe): Candles {
  const barsPerBar = requireMultiple(from, to);
  const durationMs = TIMEFRAME_MS[to];
  const { openTime, open, high, low, close, volume } = candles;
  const bars = openTime.length;
  const builder = new CandleBuilder(Math.max(1, Math.ceil(bars / barsPerBar)));
  for (let first = 0; first < bars; ) {
    const start = Math.floor(openTime[first] / durationMs) * durationMs;
    let highest = high[first];
    let lowest = low[first];
    let sum = volume[first];
    let next = first + 1;
    for (; next < bars && openTime[next] < start + durationMs; next++) {
      if (high[next] > highest) highest = high[next];
      if (low[next] < lowest) lowest = low[next];
      sum += volume[next];
    }
    const isComplete = next - first === barsPerBar;
    if (isComplete) builder.push(start, open[first], highest, lowest, close[next - 1], sum);
    first = next;
  }
  return builder.finish();
}

function requireMultiple(from: Timeframe, to: Timeframe): number {
  const ratio = TIMEFRAME_MS[to] / TIMEFRAME_MS[from];
  if (ratio > 1 && Number.isInteger(ratio)) return ratio;
  const allowed = TIMEFRAMES.filter(name => {
    const multiple = TIMEFRAME_MS[name] / TIMEFRAME_MS[from];
    return multiple > 1 && Number.isInteger(multiple);
  });
  throw new AlphaloomError(
    'RESAMPLE_INVALID',
    `${from} bars can’t be made into ${to} bars: ${allowed.length > 0 ? `choose a longer, whole multiple (${allowed.join(', ')})` : 'no longer timeframe is stored'}.`,
    { from, to, allowed },
  );
}
