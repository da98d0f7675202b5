import type { CostSpec } from '../contracts/recipe.ts';
import type { TradeSide } from './matching.ts';

/** Costs of one side (an entry or an exit) in basis points of that side's notional. */
export function costsPerSideBps(costs: CostSpec): number {
  return costs.feeBps + costs.halfSpreadBps + costs.slippageBps;
}

/** Log return of a move that just pays for its entry and its exit. */
export function breakEvenLogReturn(costs: CostSpec): number {
  const perSide = costsPerSideBps(costs) / 10_000;
  return Math.log((1 + perSide) / (1 - perSide));
}

/** Simple return on the entry price before costs. */
export function grossReturn(side: TradeSide, entryPrice: number, exitPrice: number): number {
  return (side === 'LONG' ? exitPrice - entryPrice : entryPrice - exitPrice) / entryPrice;
}

/**
 * Simple return on the entry price after costs: each side pays on its own notional, so the exit's costs scale with
 * exit / entry.
 */
export function netReturn(
  side: TradeSide,
  entryPrice: number,
  exitPrice: number,
  perSideBps: number,
): number {
  const paid = (perSideBps / 10_000) * (1 + exitPrice / entryPrice);
  return grossReturn(side, entryPrice, exitPrice) - paid;
}
