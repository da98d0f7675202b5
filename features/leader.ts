import type { Candles, MarketBars } from '../contracts/candles.ts';

/** A leader's bar that opened this many bars earlier is too old to speak for now. */
const OLDEST_LEADER_BARS = 3;

/**
 * The bars with the close of a leading market as of each bar's own close: the leader's last bar that opened no later, so
 * both close together. NaN where that bar is older than three bars, and after the leader's last bar: what has not arrived
 * yet may still come, and a model must not learn from one value and be asked with another. O(n + m).
 * @param leader the leader's bars of the same timeframe
 */
export function withLeader(bars: Candles, leader: Candles, barMs: number): MarketBars {
  const leaderClose = new Float64Array(bars.openTime.length).fill(Number.NaN);
  const last = leader.openTime.length - 1;
  let next = 0;
  for (let i = 0; i < leaderClose.length; i++) {
    const time = bars.openTime[i];
    while (next <= last && leader.openTime[next] <= time) next++;
    const isYoung = next > 0 && time - leader.openTime[next - 1] <= OLDEST_LEADER_BARS * barMs;
    if (isYoung && time <= leader.openTime[last]) leaderClose[i] = leader.close[next - 1];
  }
  return { ...bars, leaderClose };
}

/** How far before the first bar the leader must be read to answer for it, in ms. */
export function leaderReachMs(barMs: number): number {
  return OLDEST_LEADER_BARS * barMs;
}
