import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { findGaps } from '../gaps.ts';
import type { Stretch } from './stretch.ts';
import { type Walk, walkForwards } from './walk.ts';

/**
 * Asks again for bars that the venue lacked: as many holes with one question as fit into a page, since a market in which
 * little is traded has hundreds a day. What it still lacks is noted anew.
 * @param holes ascending
 */
export async function revisit(walk: Walk, holes: readonly Stretch[]): Promise<void> {
  const { venue, market, timeframe, batch, signal } = walk;
  const durationMs = TIMEFRAME_MS[timeframe];
  const pageMs = venue.barsPerPage * durationMs;
  for (let at = 0; at < holes.length; ) {
    const { from, to } = holes[at];
    if (to - from > pageMs) {
      await walkForwards(walk, holes[at++]);
      continue;
    }
    const group: Stretch[] = [];
    while (at < holes.length && holes[at].to - from <= pageMs) group.push(holes[at++]);
    const limit = (group[group.length - 1].to - from) / durationMs;
    const answer = await venue.bars(market, { timeframe, since: from, limit }, { ...walk.ask, signal });
    for (const hole of group) {
      const found = sliceCandles(answer, barsBefore(answer, hole.from), barsBefore(answer, hole.to));
      await batch.add(found);
      const edges = Float64Array.of(hole.from - durationMs, ...found.openTime, hole.to);
      for (const gap of findGaps(edges, durationMs)) batch.addAbsence({ from: gap.fromTime, to: gap.toTime });
      walk.onDone(hole, found.openTime.length);
    }
  }
  // What follows may lie before it.
  await batch.flush();
}
