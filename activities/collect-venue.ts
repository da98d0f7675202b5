import { FETCH_BATCH, fetchCandles } from '../candles/fetch/index.ts';
import { fetchRecent } from '../candles/fetch/recent.ts';
import type { CollectedSeries, VenueSeries } from '../contracts/collection.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Series } from '../contracts/series.ts';
import type { VenueClient } from '../venues/venue-client.ts';
import { asActivity, type Running } from './activity.ts';
import type { Rooms } from './rooms.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A venue may still bring bars that it lacked within this time. */
const REVISITED_MS = 48 * HOUR_MS;

/** Newly closed bars of a venue's series; once an hour also those that it lacked a day or two ago. */
export function collectVenue(rooms: Rooms) {
  return asActivity(
    async ({ venue, series }: VenueSeries, running: Running): Promise<readonly CollectedSeries[]> => {
      const client = await rooms.venues.client(venue);
      const recent = await fetchRecent(rooms.candles, client, series, { signal: running.signal });
      const rows: CollectedSeries[] = [];
      for (const row of recent) {
        if (row.state === 'failed') rows.push(failed(row.series, row.error));
        else if (row.state === 'behind') rows.push({ series: row.series, ok: true, behind: true });
        else rows.push(await revisited(rooms, client, row, running));
      }
      return rows;
    },
  );
}

interface Stored {
  readonly series: Series;
  readonly added: number;
  readonly lastTime: number;
}

/** A venue that lacked nothing costs no question. */
async function revisited(
  { candles, clock, collection }: Rooms,
  client: VenueClient,
  { series, added, lastTime }: Stored,
  { signal }: Running,
): Promise<CollectedSeries> {
  const isFirstOfHour = clock.now() % HOUR_MS < collection.everyMinutes * MINUTE_MS;
  if (!isFirstOfHour) return { series, ok: true, behind: false, added, lastTime };
  try {
    const { firstTime } = await candles.describe(series);
    const report = await fetchCandles(candles, client, {
      series,
      symbol: series.symbol,
      since: Math.max(firstTime, lastTime - REVISITED_MS),
      until: lastTime,
      batch: FETCH_BATCH,
      signal,
      monotonicMs: clock.monotonicMs,
      onProgress: () => {},
      onRetry: () => {},
    });
    signal.throwIfAborted();
    return { series, ok: true, behind: false, added: added + report.added, lastTime };
  } catch (error) {
    if (error instanceof AlphaloomError) return failed(series, error);
    throw error;
  }
}

function failed(series: Series, { code, message }: AlphaloomError): CollectedSeries {
  return { series, ok: false, error: { code, message } };
}
