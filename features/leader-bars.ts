import type { CandleStore } from '../candles/store.ts';
import type { Candles, MarketBars } from '../contracts/candles.ts';
import { parseSeriesId, type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import { leaderReachMs, withLeader } from './leader.ts';

/** The series of a recipe's leader (`venue:SYMBOL`) for a series: the same timeframe. */
export function leaderSeries(series: Series, leader: string): Series {
  return parseSeriesId(`${leader}/${series.timeframe}`, series.venue);
}

/**
 * Joins the leader's stored bars to bars of a series; without a leader, the bars as they are.
 * @throws AlphaloomError CANDLES_NOT_FOUND (the leader's), CANDLES_DAMAGED
 */
export async function joinLeader<Bars extends Candles>(
  candles: Pick<CandleStore, 'read'>,
  series: Series,
  leader: string | undefined,
  bars: Bars,
): Promise<Bars | MarketBars> {
  if (leader === undefined || bars.openTime.length === 0) return bars;
  const barMs = TIMEFRAME_MS[series.timeframe];
  const from = bars.openTime[0] - leaderReachMs(barMs);
  const to = bars.openTime[bars.openTime.length - 1] + 1;
  return withLeader(bars, await candles.read(leaderSeries(series, leader), { from, to }), barMs);
}
