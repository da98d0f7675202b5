import type { Candles } from '../../../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../../contracts/series.ts';
import type { BarRow } from '../orders/book-event.ts';

/**
 * Recorded bars without end, whatever their times were, as bars of `timeframe` from `firstOpenTime` on: forwards, then
 * backwards (open and close change places, so that the price goes on where it stands), and so on.
 * @param startIndex which recorded bar comes first, so that markets made of the same bars differ
 */
export function endlessBars(
  recorded: Candles,
  timeframe: Timeframe,
  firstOpenTime: number,
  startIndex: number,
): (index: number) => BarRow {
  const { open, high, low, close, volume } = recorded;
  const bars = open.length;
  const durationMs = TIMEFRAME_MS[timeframe];
  return index => {
    const turn = (index + startIndex) % (2 * bars);
    const isForward = turn < bars;
    const row = isForward ? turn : 2 * bars - 1 - turn;
    const [first, last] = isForward ? [open[row], close[row]] : [close[row], open[row]];
    return [firstOpenTime + index * durationMs, first, high[row], low[row], last, volume[row]];
  };
}
