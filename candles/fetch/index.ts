import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { VenueClient } from '../../venues/venue-client.ts';
import type { Absence } from '../absences.ts';
import type { CandleStore } from '../store.ts';
import type { SeriesSummary } from '../summary.ts';
import { Batch, type BatchLimits } from './batch.ts';
import { describeKnown, findMissing } from './missing.ts';
import { revisit } from './revisit.ts';
import type { Stretch } from './stretch.ts';
import { type Walk, walkBackwards, walkForwards } from './walk.ts';

export interface FetchRequest {
  readonly series: Series;
  /** The symbol as it was written, with its settlement where it matters (`BTC/USDT:USDT`). */
  readonly symbol: string;
  /** Bars that open at `since` or later, and before `until` (null: all that are closed); epoch ms. */
  readonly since: number;
  readonly until: number | null;
  /** Asks also for what the venue was found to lack for good: venues fill gaps, and may have erred. */
  readonly again?: boolean;
  readonly batch: BatchLimits;
  /** An abort ends the work in an orderly way: what was fetched is stored. */
  readonly signal: AbortSignal;
  readonly monotonicMs: () => number;
  readonly onProgress: (progress: FetchProgress) => void;
  readonly onRetry: (error: AlphaloomError) => void;
}

export interface FetchProgress {
  /** Of the time that is to be fetched, from 0 to 1. */
  readonly share: number;
  readonly bars: number;
  /** Open time reached. */
  readonly atTime: number;
  readonly barsPerSecond: number;
}

export interface FetchReport {
  readonly series: Series;
  /** Bars that are new, and equal ones that were there already. */
  readonly added: number;
  readonly skipped: number;
  /** Stretches in which the venue has no bars, found now. */
  readonly absent: readonly Absence[];
  /** Closed bars at the end that the venue has not brought yet. */
  readonly pendingBars: number;
  /** Of the whole series as stored; null where there are still no bars. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly retries: number;
  readonly elapsedMs: number;
  readonly barsPerSecond: number;
  readonly interrupted: boolean;
}

export const FETCH_BATCH: BatchLimits = { bars: 50_000, ms: 15_000 };

/** Emptiness this recent may yet be filled. */
const SETTLING_MS = 86_400_000;
const SETTLING_BARS = 10;
/** So many closed bars missing at the end are a reason to ask whether the venue is under maintenance. */
const SUSPICIOUS_PENDING_BARS = 2;

/**
 * Brings the closed bars of a series from its venue into the store. Only what the store lacks is asked for, and stretches
 * in which the venue was found to have no bars a day after they were over are not asked for again, unless `again` says so.
 * A run that was stopped is gone on with by the next.
 * A new series begins at `since`, or where the venue's bars begin; bars older than stored ones are fetched backwards from
 * them. What was fetched before an error is stored.
 * @throws AlphaloomError VENUE_*, SYMBOL_UNKNOWN, SYMBOL_AMBIGUOUS, CANDLES_CONFLICT, CANDLES_DAMAGED, DISK_FULL; `details.added`
 * says how many bars had been stored by then
 */
export async function fetchCandles(
  store: CandleStore,
  venue: VenueClient,
  request: FetchRequest,
): Promise<FetchReport> {
  const { series, signal, monotonicMs } = request;
  const startedMs = monotonicMs();
  const durationMs = TIMEFRAME_MS[series.timeframe];
  let retries = 0;
  const ask = {
    signal,
    onRetry: (error: AlphaloomError) => {
      retries++;
      request.onRetry(error);
    },
  };
  const market = await venue.market(request.symbol, ask);
  const known = await describeKnown(store, series);
  refuseOtherMarket(known, market.unifiedSymbol);
  const closedBy = await venue.now(ask);
  const wanted = wantedStretch(request, closedBy);
  const batch = new Batch({
    store,
    series,
    market,
    limits: request.batch,
    monotonicMs,
    closedBy,
    isKnown: known !== null,
  });
  const settlingMs = Math.max(SETTLING_MS, SETTLING_BARS * durationMs);
  const settledMs = request.again ? Infinity : settlingMs;
  const { unasked, doubtful } = await findMissing(store, series, known, wanted, settledMs);
  const progress = createProgress(request, [...unasked, ...doubtful], startedMs);
  let pending: Stretch | null = null;
  const walk: Walk = {
    venue,
    market,
    timeframe: series.timeframe,
    batch,
    settledTime: Math.max(known?.lastTime ?? -Infinity, wanted.closedEnd - settlingMs),
    signal,
    ask,
    onDone: progress.done,
    onOpenEnd: stretch => {
      pending = stretch;
    },
  };
  let failure: unknown = null;
  try {
    await revisit(walk, doubtful);
    for (const stretch of unasked) {
      if (stretch.to === known?.firstTime) await walkBackwards(walk, stretch, request.batch.bars);
      else await walkForwards(walk, stretch);
    }
  } catch (error) {
    failure = error;
  }
  await batch.flush();
  if (failure !== null && !signal.aborted) throw withAdded(failure, batch.added);
  const pendingBars = barsOf(pending, durationMs);
  if (!signal.aborted && pendingBars >= SUSPICIOUS_PENDING_BARS && (await venue.isUnderMaintenance(ask)))
    throw withAdded(underMaintenance(series, pendingBars), batch.added);
  const stored = await describeKnown(store, series);
  const elapsedMs = monotonicMs() - startedMs;
  return {
    series,
    added: batch.added,
    skipped: batch.skipped,
    absent: batch.absences,
    pendingBars,
    firstTime: stored?.firstTime ?? null,
    lastTime: stored?.lastTime ?? null,
    retries,
    elapsedMs,
    barsPerSecond: perSecond(batch.added + batch.skipped, elapsedMs),
    interrupted: signal.aborted,
  };
}

/** Whole bars from `since` to the last one closed by the venue's clock. */
function wantedStretch(
  { series, since, until }: FetchRequest,
  closedBy: number,
): Stretch & { readonly closedEnd: number } {
  const durationMs = TIMEFRAME_MS[series.timeframe];
  const closedEnd = Math.floor(closedBy / durationMs) * durationMs;
  const to = Math.min(closedEnd, Math.ceil((until ?? Infinity) / durationMs) * durationMs);
  return { from: Math.ceil(since / durationMs) * durationMs, to, closedEnd };
}

function createProgress(request: FetchRequest, missing: readonly Stretch[], startedMs: number) {
  const totalMs = missing.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
  let doneMs = 0;
  let bars = 0;
  return {
    done({ from, to }: Stretch, count: number) {
      doneMs += to - from;
      bars += count;
      request.onProgress({
        share: Math.min(1, doneMs / totalMs),
        bars,
        atTime: to,
        barsPerSecond: perSecond(bars, request.monotonicMs() - startedMs),
      });
    },
  };
}

function perSecond(bars: number, elapsedMs: number): number {
  return Math.round((bars / Math.max(1, elapsedMs)) * 1_000);
}

function barsOf(stretch: Stretch | null, durationMs: number): number {
  return stretch === null ? 0 : (stretch.to - stretch.from) / durationMs;
}

/** Two settlements of one pair have the same compact symbol, but are two markets. */
function refuseOtherMarket(known: SeriesSummary | null, unifiedSymbol: string): void {
  const stored = known?.market?.unifiedSymbol;
  if (known === null || stored === undefined || stored === unifiedSymbol) return;
  const id = seriesId(known.series);
  throw new AlphaloomError(
    'CANDLES_CONFLICT',
    `${id} holds bars of ${stored}; ${unifiedSymbol} is another market. Nothing was stored; write the symbol as ${stored}.`,
    { series: id, stored, given: unifiedSymbol },
  );
}

function underMaintenance(series: Series, pendingBars: number): AlphaloomError {
  return new AlphaloomError(
    'VENUE_MAINTENANCE',
    `${series.venue} is under maintenance; the last ${pendingBars} bars of ${seriesId(series)} are not there yet. Try again later; what was fetched is stored.`,
    { series: seriesId(series), pendingBars },
  );
}

function withAdded(error: unknown, added: number): unknown {
  if (!(error instanceof AlphaloomError)) return error;
  return new AlphaloomError(error.code, error.message, { ...error.details, added }, { cause: error });
}
