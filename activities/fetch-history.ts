import { FETCH_BATCH, fetchCandles } from '../candles/fetch/index.ts';
import { describeKnown } from '../candles/fetch/missing.ts';
import type { CollectedSeries } from '../contracts/collection.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { asActivity } from './activity.ts';
import type { Rooms } from './rooms.ts';

const DAY_MS = 86_400_000;

/** All that a series lacks up to now; of one that is new, as many days as the configuration says. */
export function fetchHistory({ candles, clock, collection, venues }: Rooms) {
  return asActivity(async ({ series }: { series: Series }, { signal, report }): Promise<CollectedSeries> => {
    const known = await describeKnown(candles, series);
    const { added, lastTime } = await fetchCandles(candles, await venues.client(series.venue), {
      series,
      symbol: series.symbol,
      since: known?.lastTime ?? clock.now() - collection.historyDays * DAY_MS,
      until: null,
      batch: FETCH_BATCH,
      signal,
      monotonicMs: clock.monotonicMs,
      onProgress: report,
      onRetry: () => {},
    });
    signal.throwIfAborted();
    if (lastTime !== null) return { series, ok: true, behind: false, added, lastTime };
    const days = collection.historyDays;
    throw new AlphaloomError(
      'CANDLES_NOT_FOUND',
      `${series.venue} has no bars of ${seriesId(series)} in the last ${days} days (collection.historyDays).`,
      { series: seriesId(series), days },
    );
  });
}
