import type { BacktestMarket } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import type { RandomEntries } from '../../contracts/performance.ts';
import { type Random, seededRandom } from '../../statistics/random.ts';
import type { HeldMarkets } from './buy-and-hold.ts';
import { distributionOf } from './distribution.ts';
import { occupiedBars } from './exposure.ts';
import { shuffle } from './trade-order.ts';
import type { TradedShare } from './traded-shares.ts';

/**
 * What chance would have made of the same trades: in each draw every symbol's trades are put at random places of its played
 * bars (those from the first answer of its model to the last, where it has one: when it is silent nothing trades), in random order and without overlap, all placements being equally likely. A trade keeps its side, bars held, size and
 * costs (as shares); it is entered at an open and left at a close. Returns compound trade after trade, ours too.
 * Null without a trade, or where the bars held fill a symbol's range. O(draws × trades).
 */
export function randomEntries(
  shares: readonly TradedShare[],
  setup: HeldMarkets,
  draws: number,
  seed: number,
): RandomEntries | null {
  if (shares.length === 0) return null;
  const bySymbol = Map.groupBy(shares, ({ trade }) => trade.symbol);
  const stages = setup.markets.flatMap(market => {
    const own = bySymbol.get(market.symbol);
    return own ? [stageOf(market, own, setup)] : [];
  });
  if (stages.some(({ freeBars }) => freeBars < 1)) return null;
  const random = seededRandom(seed);
  const ends = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let growth = 1;
    for (const stage of stages) growth *= playAtRandom(stage, random);
    ends[draw] = growth - 1;
  }
  const totalReturn = distributionOf(ends);
  if (totalReturn === null) return null;
  const ownReturn = shares.reduce((growth, { gain }) => growth * (1 + gain), 1) - 1;
  return { seed, ownReturn, totalReturn, ...standing(ownReturn, ends) };
}

/** A symbol's trades as columns, and the bars they may be put on. */
interface Stage {
  readonly open: Float64Array;
  readonly close: Float64Array;
  /** The first bar that can be entered: the one after the first that could be decided on. */
  readonly fromBar: number;
  /** Bars that no trade needs. */
  readonly freeBars: number;
  readonly held: Int32Array;
  /** Size signed by the side, over equity. */
  readonly signedSize: Float64Array;
  readonly cost: Float64Array;
  /** To be shuffled, and widths of the gaps: scratch. */
  readonly order: Int32Array;
  readonly gaps: Float64Array;
}

function stageOf(market: BacktestMarket, shares: readonly TradedShare[], range: HeldMarkets): Stage {
  const { open, close } = market.candles;
  const { from, to } = enterableBars(market, shares, range);
  const held = Int32Array.from(shares, ({ trade }) => occupiedBars(trade));
  return {
    open,
    close,
    fromBar: from,
    freeBars: to - from - held.reduce((sum, bars) => sum + bars, 0),
    held,
    signedSize: Float64Array.from(shares, ({ trade, size }) => (trade.side === 'LONG' ? size : -size)),
    cost: Float64Array.from(shares, ({ trade, size }) => size * (trade.grossReturn - trade.netReturn)),
    order: Int32Array.from(shares, (_, i) => i),
    gaps: new Float64Array(shares.length + 1),
  };
}

/** Bars from the first that an answer could be entered at to the last that one was held in. */
function enterableBars(
  { candles, signals: { direction } }: BacktestMarket,
  shares: readonly TradedShare[],
  { fromTime, toTime }: HeldMarkets,
): { from: number; to: number } {
  const played = { from: barsBefore(candles, fromTime), to: barsBefore(candles, toTime) };
  let first = played.from;
  let end = played.to;
  while (first < end && direction[first] < 0) first++;
  if (first === end) return { from: played.from + 1, to: played.to };
  while (direction[end - 1] < 0) end--;
  const entries = shares.map(({ trade }) => trade.entryBar);
  const exits = shares.map(({ trade }) => trade.exitBar);
  return {
    from: entries.reduce((least, bar) => Math.min(least, bar), first + 1),
    to: exits.reduce((most, bar) => Math.max(most, bar + 1), Math.min(end + 1, played.to)),
  };
}

/** Gaps between uniform points are exponential draws over their sum: all placements are equally likely, and nothing is sorted. */
function playAtRandom(stage: Stage, random: Random): number {
  const { open, close, fromBar, freeBars, held, signedSize, cost, order, gaps } = stage;
  shuffle(order, random);
  let total = 0;
  for (let i = 0; i < gaps.length; i++) {
    gaps[i] = -Math.log((random() + 0.5) / 4_294_967_296);
    total += gaps[i];
  }
  const scale = (freeBars + 1) / total;
  let passed = 0;
  let taken = fromBar;
  let growth = 1;
  for (let i = 0; i < order.length; i++) {
    const trade = order[i];
    passed += gaps[i];
    const entry = taken + Math.min(freeBars, Math.floor(passed * scale));
    const gross = close[entry + held[trade] - 1] / open[entry] - 1;
    growth *= Math.max(0, 1 + signedSize[trade] * gross - cost[trade]);
    taken += held[trade];
  }
  return growth;
}

function standing(own: number, draws: Float64Array): Pick<RandomEntries, 'percentile' | 'pValue'> {
  let worse = 0;
  let same = 0;
  for (const value of draws) {
    if (value < own) worse++;
    else if (value === own) same++;
  }
  const count = draws.length;
  return { percentile: (worse + same / 2) / count, pValue: (1 + count - worse) / (1 + count) };
}
