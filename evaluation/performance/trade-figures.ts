import type { Costs, Trade } from '../../contracts/backtest.ts';
import type { TradeFigures, TradeGroup } from '../../contracts/performance.ts';
import { selectMedian } from '../../statistics/quantile.ts';
import { finite } from './return-figures.ts';

/** @param trades in the order of their exits */
export function tradeFigures(trades: readonly Trade[]): TradeFigures {
  const net = Float64Array.from(trades, trade => trade.netReturn);
  const held = Float64Array.from(trades, trade => trade.barsHeld);
  const won = trades.filter(({ netPnl }) => netPnl > 0);
  const lost = trades.filter(({ netPnl }) => netPnl <= 0);
  const gained = sumOf(won, trade => trade.netPnl);
  const given = -sumOf(lost, trade => trade.netPnl);
  const netPnl = sumOf(trades, trade => trade.netPnl);
  return {
    trades: trades.length,
    wins: won.length,
    hitRate: finite(won.length / trades.length),
    profitFactor: given > 0 ? finite(gained / given) : null,
    expectancy: finite(netPnl / trades.length),
    meanNetReturn: meanOf(trades, trade => trade.netReturn),
    medianNetReturn: finite(selectMedian(net.slice())),
    meanGrossReturn: meanOf(trades, trade => trade.grossReturn),
    meanWin: meanOf(won, trade => trade.netReturn),
    meanLoss: meanOf(lost, trade => trade.netReturn),
    best: extreme(net, Math.max),
    worst: extreme(net, Math.min),
    meanBarsHeld: meanOf(trades, trade => trade.barsHeld),
    medianBarsHeld: finite(selectMedian(held.slice())),
    maxBarsHeld: extreme(held, Math.max),
    longestLosingRun: longestLosingRun(trades),
    grossPnl: sumOf(trades, trade => trade.grossPnl),
    costs: sumOfCosts(trades),
    netPnl,
  };
}

/** Figures per group, those with most trades first. */
export function tradesBy<Key extends string>(
  trades: readonly Trade[],
  keyOf: (trade: Trade) => Key,
): TradeGroup<Key>[] {
  return [...Map.groupBy(trades, keyOf)]
    .map(([key, group]) => ({ key, ...tradeFigures(group) }))
    .sort((a, b) => b.trades - a.trades || (a.key < b.key ? -1 : 1));
}

/** Trades in the order in which they ended; of those that ended in one bar, the earlier entry first. */
export function byExit(trades: readonly Trade[]): Trade[] {
  return trades.toSorted((a, b) => a.exitTime - b.exitTime || a.entryTime - b.entryTime);
}

function sumOfCosts(trades: readonly Trade[]): Costs {
  return {
    fees: sumOf(trades, ({ costs }) => costs.fees),
    spread: sumOf(trades, ({ costs }) => costs.spread),
    slippage: sumOf(trades, ({ costs }) => costs.slippage),
    funding: sumOf(trades, ({ costs }) => costs.funding),
  };
}

function longestLosingRun(trades: readonly Trade[]): number {
  let longest = 0;
  let run = 0;
  for (const { netPnl } of trades) {
    run = netPnl > 0 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function sumOf(trades: readonly Trade[], value: (trade: Trade) => number): number {
  return trades.reduce((sum, trade) => sum + value(trade), 0);
}

function meanOf(trades: readonly Trade[], value: (trade: Trade) => number): number | null {
  return finite(sumOf(trades, value) / trades.length);
}

function extreme(values: Float64Array, of: (a: number, b: number) => number): number | null {
  return values.length === 0 ? null : values.reduce((best, value) => of(best, value));
}
