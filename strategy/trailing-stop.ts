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
  const furthest = side > 0 ? Math.max : Math.min;
  const reached = side > 0 ? candles.high[row] : candles.low[row];
  if (limitBar !== bar) position.best = position.best === 0 ? reached : furthest(position.best, reached);
  const best = position.best === 0 ? entryPrice : furthest(position.best, entryPrice);
  const { distance, after } = plan.trailing;
  if (side * (best - entryPrice) < after - SAME_SHARE * entryPrice) return;
  position.trail = furthest(position.trail, roundLevel(best - side * distance, tick));
}
