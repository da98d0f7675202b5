import type { ExitPlan } from '../contracts/intents.ts';
import type { Grid } from './grid.ts';
import { roundLevel } from './levels.ts';
import type { SymbolBook } from './symbol-book.ts';

/** Prices nearer than this share of them are the same: what a double can't tell apart. */
const SAME_SHARE = 1e-12;

/**
 * After a bar's close: follows the best price that the position has seen, once that was far enough in favour. The level
 * counts from the next bar on and never moves back. What a limit entry's own bar reached may have come before the fill.
 */
export function moveTrailingStop({ position, candles, row, bar, tick }: SymbolBook): void {
  const { side, plan, entryPrice, limitBar } = position;
  if (plan === null || plan.trailing === null) return;
  const reached = side > 0 ? candles.high[row] : candles.low[row];
  if (limitBar !== bar) position.best = furthest(side, position.best, reached);
  position.trail = trailedStop(side, plan.trailing, position, entryPrice, tick);
}

/** The best price of bars until now, 0 before any. @param side 1 long, −1 short */
export function furthest(side: number, best: number, reached: number): number {
  if (best === 0) return reached;
  return side > 0 ? Math.max(best, reached) : Math.min(best, reached);
}

/**
 * Where a trailing stop stands by the best price until now: at the distance behind it, once that was far enough in favour,
 * and never behind where it stood.
 */
export function trailedStop(
  side: number,
  { distance, after }: NonNullable<ExitPlan['trailing']>,
  { best, trail }: { readonly best: number; readonly trail: number },
  entryPrice: number,
  tick: Grid | null,
): number {
  const seen = furthest(side, best, entryPrice);
  if (side * (seen - entryPrice) < after - SAME_SHARE * entryPrice) return trail;
  const level = roundLevel(seen - side * distance, tick);
  return side > 0 ? Math.max(trail, level) : Math.min(trail, level);
}
