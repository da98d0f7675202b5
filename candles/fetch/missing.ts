import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { CandleStore } from '../store.ts';
import type { SeriesSummary } from '../summary.ts';
import { type Stretch, withinAbsences, withoutAbsences } from './stretch.ts';

/** Open times are looked through in parts, so that years of minutes need no more memory than this. */
const BARS_PER_LOOK = 500_000;

/** What the store lacks, ascending. */
export interface Missing {
  /** The venue was not found to lack it too. */
  readonly unasked: Stretch[];
  /** The venue lacked it, but may have brought it since: it was asked too soon, or is to be asked again. */
  readonly doubtful: Stretch[];
}

/**
 * What the store lacks of a stretch, save where the venue's lack of it is settled.
 * @param settledMs so long after its last bar's open a lack is final; infinite: none is
 */
export async function findMissing(
  store: CandleStore,
  series: Series,
  known: SeriesSummary | null,
  wanted: Stretch,
  settledMs: number,
): Promise<Missing> {
  if (known === null) return { unasked: [wanted], doubtful: [] };
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
  const absences = await store.absences(series);
  const settled = await store.absences(series, settledMs);
  return {
    unasked: withoutAbsences(missing, absences, durationMs),
    doubtful: withinAbsences(withoutAbsences(missing, settled, durationMs), absences, durationMs),
  };
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
