import type { BacktestResult, Trade } from '../../contracts/backtest.ts';
import { firstNotBelow } from './exposure.ts';

/** A trade as a part of the account at the last close before its entry. */
export interface TradedShare {
  readonly trade: Trade;
  /** Notional at entry over equity. */
  readonly size: number;
  /** What it gained after costs over equity; at least −1. */
  readonly gain: number;
}

/** @param trades of the result; those that were entered with nothing left are left out */
export function tradedShares(
  { time, equity, initialCash }: BacktestResult,
  trades: readonly Trade[],
): TradedShare[] {
  return trades.flatMap(trade => {
    const before = firstNotBelow(time, trade.entryTime) - 1;
    const account = before < 0 ? initialCash : equity[before];
    if (!(account > 0)) return [];
    const size = (trade.quantity * trade.entryPrice) / account;
    return [{ trade, size, gain: Math.max(-1, trade.netPnl / account) }];
  });
}
