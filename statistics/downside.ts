/**
 * Sortino ratio per period against 0: mean over downside deviation √(Σ min(r, 0)² / n), all periods counted. (Sortino and
 * Price 1994.) Null without a loss. O(n).
 */
export function sortinoRatio(returns: ArrayLike<number>): number | null {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < returns.length; i++) {
    const value = returns[i];
    sum += value;
    if (value < 0) squares += value * value;
  }
  return squares > 0 ? sum / returns.length / Math.sqrt(squares / returns.length) : null;
}
