import { barsBefore, type Candles, type MarketBars } from '../../contracts/candles.ts';
import { otherBars } from '../../features/audit/other-bars.ts';
import { concatBars, copyBars } from '../../features/audit/runs.ts';
import { withLeader } from '../../features/leader.ts';
import type { Random } from '../../statistics/random.ts';

/** A series' bars from its anchor on and those of its model's leader, not joined; null: it has none. */
export interface History {
  readonly bars: MarketBars;
  readonly leader: Candles | null;
  readonly barMs: number;
}

/** Bars that go on after a cut, so that orders of before it meet prices of after it. */
const FUTURE_BARS = 256;

/** The whole history as training and backtests see it. */
export function joined({ bars, leader, barMs }: History): MarketBars {
  return leader === null ? bars : withLeader(bars, leader, barMs);
}

/** What was known when bar `cut − 1` closed. The bars are copies: what came later is nowhere in their memory. */
export function cutHistory({ bars, leader, barMs }: History, cut: number): MarketBars {
  const known = leader && barsBefore(leader, bars.openTime[cut - 1] + 1);
  return joined({ bars: copyBars(bars, 0, cut), leader: leader && copyBars(leader, 0, known!), barMs });
}

/** The same, and after it the bars that came, at other prices and volumes. */
export function changedHistory(history: History, cut: number, up: boolean, random: Random): MarketBars {
  const { bars, leader, barMs } = history;
  const end = Math.min(bars.close.length, cut + FUTURE_BARS);
  const change = (whole: MarketBars, from: number, to: number) =>
    concatBars(copyBars(whole, 0, from), otherBars(copyBars(whole, from, to), up, random));
  return joined({
    bars: change(bars, cut, end),
    leader: leader && change(leader, barsBefore(leader, bars.openTime[cut - 1] + 1), leader.close.length),
    barMs,
  });
}
