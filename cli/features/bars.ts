import type { CandleStore } from '../../candles/store.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { joinLeader } from '../../features/leader-bars.ts';

/**
 * A series' bars from its anchor on, with the closes of a leader (`venue:SYMBOL`) where one is named.
 * @throws AlphaloomError CANDLES_NOT_FOUND (of the series or the leader), SYMBOL_INVALID, VENUE_INVALID
 */
export async function barsOf(
  candles: CandleStore,
  series: Series,
  leader: string | undefined,
): Promise<MarketBars> {
  const { anchorTime } = await candles.describe(series);
  return await joinLeader(candles, series, leader, await candles.read(series, { from: anchorTime }));
}
