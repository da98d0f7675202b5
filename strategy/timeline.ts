import type { MarketFeed } from './symbol-book.ts';

/**
 * Open times at which any of the feeds has a bar to play, ascending, each once; of one feed they are its own memory.
 * @param later by how much each feed's bars are longer than the shortest, in ms: so much is added to their open times, and bars
 *   that close together are played together
 */
export function timelineOf(feeds: readonly MarketFeed[], later: readonly number[]): Float64Array {
  if (feeds.length === 1) return feeds[0].candles.openTime.subarray(feeds[0].from, feeds[0].to);
  const rows = feeds.map(({ from }) => from);
  const times = new Float64Array(feeds.reduce((sum, { from, to }) => sum + to - from, 0));
  let count = 0;
  for (;;) {
    let time = Number.POSITIVE_INFINITY;
    for (let i = 0; i < feeds.length; i++) {
      if (rows[i] < feeds[i].to) time = Math.min(time, feeds[i].candles.openTime[rows[i]] + later[i]);
    }
    if (time === Number.POSITIVE_INFINITY) return times.slice(0, count);
    times[count++] = time;
    for (let i = 0; i < feeds.length; i++) {
      if (rows[i] < feeds[i].to && feeds[i].candles.openTime[rows[i]] + later[i] === time) rows[i]++;
    }
  }
}
