import { FETCH_BATCH, fetchCandles } from '../../candles/fetch/index.ts';
import { describeKnown } from '../../candles/fetch/missing.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { Rooms } from '../rooms.ts';

/** Of a series that nobody fetched yet: as far back as rules and features look, and some more. */
const FIRST_BARS = 2_000;

/**
 * Brings what a traded series lacks since its last stored bar, however much it is; of one that is new, its recent bars. An abort
 * keeps what was fetched.
 * @throws AlphaloomError VENUE_*, SYMBOL_*, CANDLES_*
 */
export async function catchUp(
  { candles, clock, venues }: Pick<Rooms, 'candles' | 'clock' | 'venues'>,
  series: Series,
  signal: AbortSignal,
): Promise<void> {
  const client = await venues.client(series.venue);
  const known = await describeKnown(candles, series);
  const recent = clock.now() - FIRST_BARS * TIMEFRAME_MS[series.timeframe];
  await fetchCandles(candles, client, {
    series,
    symbol: series.symbol,
    since: known?.lastTime ?? recent,
    until: null,
    batch: FETCH_BATCH,
    signal,
    monotonicMs: clock.monotonicMs,
    onProgress: () => {},
    onRetry: () => {},
  });
}
