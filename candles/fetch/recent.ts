import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { AskOptions, VenueClient } from '../../venues/venue-client.ts';
import type { Absence } from '../absences.ts';
import type { RecentBars } from '../append-recent.ts';
import { syntheticConflict } from '../faults.ts';
import { findGaps } from '../gaps.ts';
import type { CandleStore } from '../store.ts';
import { describeKnown } from './missing.ts';
import { absenceOf } from './stretch.ts';

/** `behind`: there is no history yet, or more is missing than one answer of the venue holds. */
export type RecentFetch =
  | { readonly series: Series; readonly state: 'stored'; readonly added: number; readonly lastTime: number }
  | { readonly series: Series; readonly state: 'behind' }
  | { readonly series: Series; readonly state: 'failed'; readonly error: AlphaloomError };

interface Answer {
  readonly entry: RecentBars;
  readonly absences: readonly Absence[];
}

/** Series that are asked for at once. */
const AT_ONCE = 40;
/** It is asked again the next time: nobody waits for a venue that hangs as long as its client would try. */
const ANSWER_MS = 45_000;

/**
 * Brings what closed since each series' last bar into the store: one question per series, and one transaction for all of
 * them. A series that fails stops no other; a venue that left all of a part without an answer is not asked for the rest.
 * @param answerMs longest wait for one answer, tries and turns included
 * @param clock the venue's, where somebody knows it better than the client of its market data
 * @throws AlphaloomError VENUE_* where the venue's clock can't be had
 */
export async function fetchRecent(
  store: CandleStore,
  venue: VenueClient,
  wanted: readonly Series[],
  ask: AskOptions,
  answerMs: number = ANSWER_MS,
  clock: (ask: AskOptions) => Promise<number> = limited => venue.now(limited),
): Promise<RecentFetch[]> {
  const closedBy = await within(venue, ask, answerMs, clock);
  let unreachable: AlphaloomError | null = null;
  const asked: (Answer | RecentFetch)[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const part = await inParts(wanted.slice(at, at + AT_ONCE), AT_ONCE, series =>
      orFailed(series, async () => {
        if (unreachable) throw unreachable;
        return await within(venue, ask, answerMs, limited =>
          askForRecent(store, venue, series, closedBy, limited),
        );
      }),
    );
    asked.push(...part);
    unreachable = part.map(unreachableError).reduce((all, error) => all && error);
  }
  const entries = asked.flatMap(answer => ('entry' in answer ? [answer.entry] : []));
  const outcomes = await store.appendRecent(entries, closedBy);
  return await inParts(asked, 1, async answer => {
    if (!('entry' in answer)) return answer;
    const { series } = answer.entry;
    const outcome = outcomes[entries.indexOf(answer.entry)];
    if (!outcome.ok) return { series, state: 'failed', error: outcome.error };
    return await orFailed(series, async () => {
      if (answer.absences.length > 0) await store.recordAbsences(series, answer.absences);
      return stored(series, outcome.added, answer.entry.candles.openTime.at(-1)!);
    });
  });
}

/** The error of a series whose venue did not answer; null for any other outcome. */
function unreachableError(outcome: Answer | RecentFetch): AlphaloomError | null {
  if ('entry' in outcome || outcome.state !== 'failed') return null;
  return outcome.error.code === 'VENUE_UNREACHABLE' ? outcome.error : null;
}

/** @throws AlphaloomError VENUE_UNREACHABLE after `answerMs` */
async function within<T>(
  { venue }: VenueClient,
  ask: AskOptions,
  answerMs: number,
  work: (ask: AskOptions) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(Math.ceil(answerMs));
  const signal = ask.signal ? AbortSignal.any([ask.signal, deadline]) : deadline;
  try {
    return await work({ ...ask, signal });
  } catch (error) {
    // Questions are shared: what ended one may have been another asker's deadline.
    const isLate = deadline.aborted || (error as Error).name === 'TimeoutError';
    if (!isLate || ask.signal?.aborted || error instanceof AlphaloomError) throw error;
    throw new AlphaloomError(
      'VENUE_UNREACHABLE',
      `${venue} did not answer within ${Math.round(answerMs / 100) / 10} s; it is asked again the next time.`,
      { venue, answerMs },
      { cause: error },
    );
  }
}

async function askForRecent(
  store: CandleStore,
  venue: VenueClient,
  series: Series,
  closedBy: number,
  ask: AskOptions,
): Promise<Answer | RecentFetch> {
  const known = await describeKnown(store, series);
  const durationMs = TIMEFRAME_MS[series.timeframe];
  if (known === null) return { series, state: 'behind' };
  if (known.synthetic) throw syntheticConflict(series, true);
  const since = known.lastTime + durationMs;
  const closed = Math.floor((closedBy - since) / durationMs);
  if (closed <= 0) return stored(series, 0, known.lastTime);
  if (closed >= venue.barsPerPage) return { series, state: 'behind' };
  const market = known.market ?? (await venue.market(series.symbol, ask));
  if (known.market === null) await store.recordMarket(series, market);
  const page = await venue.bars(market, { timeframe: series.timeframe, since, limit: closed + 1 }, ask);
  const from = barsBefore(page, since);
  const to = barsBefore(page, closedBy - durationMs + 1);
  const candles = sliceCandles(page, from, to);
  if (candles.openTime.length === 0) return stored(series, 0, known.lastTime);
  return { entry: { series, candles }, absences: holes(known.lastTime, candles, durationMs) };
}

/** Between bars that the venue has, it has none. */
function holes(lastTime: number, { openTime }: Candles, durationMs: number): Absence[] {
  return findGaps(Float64Array.of(lastTime, ...openTime), durationMs).map(({ fromTime, toTime }) =>
    absenceOf({ from: fromTime, to: toTime }, durationMs),
  );
}

function stored(series: Series, added: number, lastTime: number): RecentFetch {
  return { series, state: 'stored', added, lastTime };
}

async function orFailed<T>(series: Series, work: () => Promise<T>): Promise<T | RecentFetch> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return { series, state: 'failed', error };
  }
}

async function inParts<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += size)
    results.push(...(await Promise.all(items.slice(at, at + size).map(work))));
  return results;
}
