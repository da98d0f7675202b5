/**
 * Φ(x), the share of a standard normal distribution below x, by the series of Marsaglia, "Evaluating the Normal
 * Distribution" (2004): to about 1e-15, absolute; beyond ±9 it is 0 or 1.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > LIMIT) return 1;
  if (x < -LIMIT) return 0;
  let sum = x;
  let term = x;
  for (let i = 3, before = 0; sum !== before; i += 2) {
    before = sum;
    term *= (x * x) / i;
    sum += term;
  }
  const share = 0.5 + sum * Math.exp(-0.5 * x * x - HALF_LOG_TWO_PI);
  return Math.min(1, Math.max(0, share));
}

/** The x with Φ(x) = share, by halving until two neighbours are left; infinite at 0 and 1. */
export function normalQuantile(share: number): number {
  if (!(share >= 0 && share <= 1)) return Number.NaN;
  if (share === 0) return Number.NEGATIVE_INFINITY;
  if (share === 1) return Number.POSITIVE_INFINITY;
  let low = -LIMIT;
  let high = LIMIT;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
}

const LIMIT = 9;
const HALF_LOG_TWO_PI = 0.9189385332046727;
