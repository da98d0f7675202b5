import { FETCH_BATCH, fetchCandles } from '../candles/fetch/index.ts';
import { describeKnown } from '../candles/fetch/missing.ts';
import { fetchRecent } from '../candles/fetch/recent.ts';
import type { CollectedSeries, CollectionError, VenueSeries } from '../contracts/collection.ts';
import { AlphaloomError, type ErrorCode } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { VenueClient } from '../venues/venue-client.ts';
import { asActivity, type Running } from './activity.ts';
import type { Rooms } from './rooms.ts';

const DAY_MS = 86_400_000;
const IS_AWAY: ReadonlySet<string> = new Set([
  'VENUE_UNREACHABLE',
  'VENUE_MAINTENANCE',
  'VENUE_RATE_LIMITED',
] satisfies ErrorCode[]);

/** Newly closed bars of a venue's series; a series that is new, or far behind, gets its history first. */
export function collectVenue(rooms: Rooms) {
  return asActivity(
    async ({ venue, series }: VenueSeries, running: Running): Promise<readonly CollectedSeries[]> => {
      const client = await rooms.venues.client(venue);
      const recent = await fetchRecent(rooms.candles, client, series, { signal: running.signal });
      const rows: CollectedSeries[] = [];
      let away: CollectionError | null = null;
      for (const row of recent) {
        if (row.state === 'behind') {
          // A venue that is away is away for all: each history would wait for it as long again.
          const history: CollectedSeries = away
            ? { series: row.series, ok: false, error: away }
            : await fetchHistory(rooms, client, row.series, running);
          if (!history.ok && IS_AWAY.has(history.error.code)) away = history.error;
          rows.push(history);
        } else if (row.state === 'failed') rows.push(failed(row.series, row.error));
        else rows.push({ series: row.series, ok: true, added: row.added, lastTime: row.lastTime });
      }
      return rows;
    },
  );
}

async function fetchHistory(
  { candles, clock, collection }: Rooms,
  client: VenueClient,
  series: Series,
  { signal, report }: Running,
): Promise<CollectedSeries> {
  try {
    const { added, lastTime } = await fetchCandles(candles, client, {
      series,
      symbol: series.symbol,
      since:
        (await describeKnown(candles, series))?.lastTime ?? clock.now() - collection.historyDays * DAY_MS,
      until: null,
      batch: FETCH_BATCH,
      signal,
      monotonicMs: clock.monotonicMs,
      onProgress: progress => report({ series: seriesId(series), ...progress }),
      onRetry: () => {},
    });
    signal.throwIfAborted();
    if (lastTime !== null) return { series, ok: true, added, lastTime };
    const days = collection.historyDays;
    throw new AlphaloomError(
      'CANDLES_NOT_FOUND',
      `${client.venue} has no bars of ${seriesId(series)} in the last ${days} days (collection.historyDays).`,
      { series: seriesId(series), days },
    );
  } catch (error) {
    if (error instanceof AlphaloomError) return failed(series, error);
    throw error;
  }
}

function failed(series: Series, { code, message }: AlphaloomError): CollectedSeries {
  return { series, ok: false, error: { code, message } };
}
