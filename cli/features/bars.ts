import type { CandleStore } from '../../candles/store.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import { parseSeries, type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import { leaderReachMs, withLeader } from '../../features/leader.ts';

/**
 * A series' bars from its anchor on, with the closes of a leader where one is named.
 * @param leader `venue:SYMBOL`
 * @throws AlphaloomError CANDLES_NOT_FOUND (of the series or the leader), SYMBOL_INVALID, VENUE_INVALID
 */
export async function barsOf(
  candles: CandleStore,
  series: Series,
  leader: string | null,
): Promise<MarketBars> {
  const { anchorTime } = await candles.describe(series);
  const bars = await candles.read(series, { from: anchorTime });
  if (leader === null) return bars;
  const barMs = TIMEFRAME_MS[series.timeframe];
  const leading = parseSeries(leader, series.timeframe, series.venue);
  return withLeader(bars, await candles.read(leading, { from: anchorTime - leaderReachMs(barMs) }), barMs);
}
