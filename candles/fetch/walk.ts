import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Market } from '../../contracts/market.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { AskOptions, VenueClient } from '../../venues/venue-client.ts';
import { findGaps } from '../gaps.ts';
import type { Batch } from './batch.ts';
import { ForwardPages } from './pages.ts';
import type { Stretch } from './stretch.ts';

/** One series on its way from a venue. */
export interface Walk {
  readonly venue: VenueClient;
  readonly market: Market;
  readonly timeframe: Timeframe;
  readonly batch: Batch;
  /** What ends by here was over long enough ago, or has stored bars after it, that its absence is for good. */
  readonly settledTime: number;
  readonly signal: AbortSignal;
  readonly ask: Pick<AskOptions, 'onRetry'>;
  /** Told of each stretch that is done with, and how many bars it had. */
  readonly onDone: (stretch: Stretch, bars: number) => void;
  /** Told where a stretch ends without bars that the venue may still bring. */
  readonly onOpenEnd: (stretch: Stretch) => void;
}

/** Fetches a stretch from its start to its end, page by page. */
export async function walkForwards(walk: Walk, { from, to }: Stretch): Promise<void> {
  const { batch } = walk;
  const durationMs = TIMEFRAME_MS[walk.timeframe];
  const { barsPerPage } = walk.venue;
  const ask = (since: number, limit: number, signal: AbortSignal) =>
    walk.venue.bars(walk.market, { timeframe: walk.timeframe, since, limit }, { ...walk.ask, signal });
  const pages = new ForwardPages({ ask, durationMs, barsPerPage, end: to, signal: walk.signal });
  let holeFrom: number | null = null;
  try {
    for (let at = from; at < to; ) {
      let answer = await pages.from(at);
      let page = clip(answer, { from: at, to });
      const hole = { from: at, to: page.openTime[0] ?? Math.min(to, at + barsPerPage * durationMs) };
      if (hole.to > at) {
        // A hole at a page's start may be the page's fault: it is believed when asked for by itself.
        const limit = Math.min(barsPerPage, (hole.to - at) / durationMs);
        const again = await ask(at, limit, walk.signal);
        const pageAgain = clip(again, { from: at, to });
        if (pageAgain.openTime[0] < hole.to) [answer, page] = [again, pageAgain];
      }
      batch.compare(clip(answer, { from, to: at }));
      if (page.openTime.length === 0) {
        holeFrom ??= at;
        at = (await findNextBar(walk, { from: hole.to, to })) ?? to;
        continue;
      }
      const first = page.openTime[0];
      const end = page.openTime[page.openTime.length - 1] + durationMs;
      if (first > (holeFrom ?? at)) closeHole(walk, { from: holeFrom ?? at, to: first }, true);
      holeFrom = null;
      for (const gap of findGaps(page.openTime, durationMs))
        closeHole(walk, { from: gap.fromTime, to: gap.toTime }, true);
      await batch.add(page);
      walk.onDone({ from: first, to: end }, page.openTime.length);
      at = end;
    }
    if (holeFrom !== null) closeHole(walk, { from: holeFrom, to }, false);
  } finally {
    pages.close();
  }
}

/**
 * Fetches a stretch that ends where stored bars begin, from its end to its start in parts of `barsPerPart`, each stored by
 * itself: stopped anywhere, it leaves no hole but within one part.
 */
export async function walkBackwards(walk: Walk, { from, to }: Stretch, barsPerPart: number): Promise<void> {
  const durationMs = TIMEFRAME_MS[walk.timeframe];
  const first = await findNextBar(walk, { from, to });
  const start = first ?? to;
  for (let end = start < to ? to : start; end > start; ) {
    const partStart = Math.max(start, end - barsPerPart * durationMs);
    await walkForwards(walk, { from: partStart, to: end });
    await walk.batch.flush();
    end = partStart;
  }
  if (start > from) closeHole(walk, { from, to: start }, true);
}

/** Where the next bar may be, not earlier than `from`; null if there is none before `to`. */
async function findNextBar(walk: Walk, stretch: Stretch): Promise<number | null> {
  for (const timeframe of coarseToFine(walk)) {
    try {
      return await findNextBarIn(walk, stretch, timeframe);
    } catch (error) {
      // Days of some venues do not begin at midnight UTC.
      const isOtherwiseCut = error instanceof AlphaloomError && error.code === 'VENUE_ANSWER_INVALID';
      if (!isOtherwiseCut || timeframe === walk.timeframe) throw error;
    }
  }
  return null;
}

async function findNextBarIn(
  walk: Walk,
  { from, to }: Stretch,
  timeframe: Timeframe,
): Promise<number | null> {
  const { venue, market, signal } = walk;
  const durationMs = TIMEFRAME_MS[timeframe];
  // Days instead of minutes: years without bars are crossed in a few questions.
  for (let since = Math.floor(from / durationMs) * durationMs; since < to; ) {
    const question = { timeframe, since, limit: venue.barsPerPage };
    let { openTime } = await venue.bars(market, question, { ...walk.ask, signal });
    // What is found empty here is not asked for again by any later run.
    if (openTime.length === 0) ({ openTime } = await venue.bars(market, question, { ...walk.ask, signal }));
    if (openTime.length > 0) {
      const next = Math.max(from, openTime[0]);
      return next < to ? next : null;
    }
    since += venue.barsPerPage * durationMs;
  }
  return null;
}

/** The venue's timeframes whose bars are made of whole ones of the series', the longest first. */
function coarseToFine({ venue, timeframe }: Walk): Timeframe[] {
  return venue.timeframes
    .filter(name => TIMEFRAME_MS[name] % TIMEFRAME_MS[timeframe] === 0)
    .sort((a, b) => TIMEFRAME_MS[b] - TIMEFRAME_MS[a]);
}

/** Notes that there are no bars; where none follow, only as far as the past is settled. */
function closeHole(walk: Walk, hole: Stretch, isFollowed: boolean): void {
  const end = isFollowed ? hole.to : Math.min(hole.to, Math.max(hole.from, walk.settledTime));
  if (end > hole.from) {
    walk.batch.addAbsence({ from: hole.from, to: end });
    walk.onDone({ from: hole.from, to: end }, 0);
  }
  if (end < hole.to) walk.onOpenEnd({ from: end, to: hole.to });
}

function clip(candles: Candles, { from, to }: Stretch): Candles {
  return sliceCandles(candles, barsBefore(candles, from), barsBefore(candles, to));
}
