import type { BacktestResult, ExitReason, Trade } from '../contracts/backtest.ts';
import type { CostSpec } from '../contracts/costs.ts';
import type { BacktestSummary } from '../contracts/evidence.ts';
import type { MarketKind } from '../contracts/series.ts';
import { costsPerSideBps } from '../strategy/costs.ts';
import { occupiedBars } from './performance/exposure.ts';

/** What evidence says of a backtest of one symbol. */
export function summarizeBacktest(
  result: BacktestResult,
  costs: CostSpec,
  market: MarketKind,
): BacktestSummary {
  const { trades, equity, initialCash } = result;
  const bars = equity.length;
  const longTrades = trades.filter(({ side }) => side === 'LONG').length;
  const held = trades.map(({ barsHeld }) => barsHeld);
  const inPurses = (amount: number) => amount / initialCash;
  const { fees, spread, slippage, funding } = result.costs;
  return {
    bars,
    trades: trades.length,
    longTrades,
    shortTrades: trades.length - longTrades,
    hitRate: mean(trades.map(({ netReturn }) => (netReturn > 0 ? 1 : 0))),
    meanGrossReturn: mean(trades.map(({ grossReturn }) => grossReturn)),
    meanNetReturn: mean(trades.map(({ netReturn }) => netReturn)),
    totalNetReturn: equity[bars - 1] / initialCash - 1,
    maxDrawdown: maxDrawdown(equity, initialCash),
    meanHoldingBars: mean(held),
    exposure: trades.reduce((sum, trade) => sum + occupiedBars(trade), 0) / bars,
    costsPerSideBps: costsPerSideBps(costs),
    exits: countExits(trades),
    costs: {
      fees: inPurses(fees),
      spread: inPurses(spread),
      slippage: inPurses(slippage),
      funding: inPurses(funding),
    },
    turnover: inPurses(result.turnover),
    marketKind: market,
  };
}

/** What the account gained in each played bar, marked at the closes: simple returns; 0 where nothing was left. */
export function netReturnsOf({ equity, initialCash }: BacktestResult): Float64Array {
  let before = initialCash;
  return equity.map(now => {
    const gained = before > 0 ? now / before - 1 : 0;
    before = now;
    return gained;
  });
}

/** Largest fall from an earlier peak, the purse being the first, as a share of the peak. */
function maxDrawdown(equity: Float64Array, initialCash: number): number {
  let peak = initialCash;
  let deepest = 0;
  for (const now of equity) {
    peak = Math.max(peak, now);
    deepest = Math.max(deepest, 1 - now / peak);
  }
  return deepest;
}

function countExits(trades: readonly Trade[]): Record<ExitReason, number> {
  const exits = { target: 0, stop: 0, trailing: 0, time: 0, signal: 0, liquidation: 0, end: 0 };
  for (const { exitReason } of trades) exits[exitReason]++;
  return exits;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
