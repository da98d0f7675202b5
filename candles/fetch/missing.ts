import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { CandleStore } from '../store.ts';
import type { SeriesSummary } from '../summary.ts';
import { type Stretch, withoutAbsences } from './stretch.ts';

/** Open times are looked through in parts, so that years of minutes need no more memory than this. */
const BARS_PER_LOOK = 500_000;

/** What the store lacks of a stretch and the venue was not found to lack too; ascending. */
export async function missingStretches(
  store: CandleStore,
  series: Series,
  known: SeriesSummary | null,
  wanted: Stretch,
): Promise<Stretch[]> {
  if (known === null) return [wanted];
  const durationMs = TIMEFRAME_MS[series.timeframe];
  const missing: Stretch[] = [];
  let next = wanted.from;
  for (let from = wanted.from; from < wanted.to; from += BARS_PER_LOOK * durationMs) {
    const to = Math.min(wanted.to, from + BARS_PER_LOOK * durationMs);
    const { openTime } = await store.read(series, { from, to });
    for (const time of openTime) {
      if (time > next) missing.push({ from: next, to: time });
      next = time + durationMs;
    }
  }
  if (next < wanted.to) missing.push({ from: next, to: wanted.to });
  return withoutAbsences(missing, await store.absences(series), durationMs);
}

/** What the store says of a series; null where it has none. */
export async function describeKnown(store: CandleStore, series: Series): Promise<SeriesSummary | null> {
  try {
    return await store.describe(series);
  } catch (error) {
    if (error instanceof AlphaloomError && error.code === 'CANDLES_NOT_FOUND') return null;
    throw error;
  }
}
