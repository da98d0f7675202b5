import { normalCdf, normalQuantile } from './normal.ts';

const EULER_MASCHERONI = 0.5772156649015329;

/** What the Sharpe family needs to know of a series of returns. */
export interface ReturnMoments {
  readonly count: number;
  /** Mean over deviation (n − 1); null where the returns do not vary. */
  readonly sharpe: number | null;
  /** Population skewness and kurtosis (3 for a normal distribution); null where the returns do not vary. */
  readonly skewness: number | null;
  readonly kurtosis: number | null;
}

/** Moments of per-bar returns, in two passes. O(n). */
export function returnMoments(returns: ArrayLike<number>): ReturnMoments {
  const count = returns.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += returns[i]!;
  const mean = sum / count;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < count; i++) {
    const deviation = returns[i]! - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  if (count < 2 || !(second > 0)) return { count, sharpe: null, skewness: null, kurtosis: null };
  const variance = second / count;
  return {
    count,
    sharpe: mean / Math.sqrt(second / (count - 1)),
    skewness: third / count / variance ** 1.5,
    kurtosis: fourth / count / variance ** 2,
  };
}

/**
 * The probability that the true Sharpe ratio lies above `benchmark`, given what was observed; both per bar. (Bailey and
 * López de Prado, "The Sharpe Ratio Efficient Frontier", 2012.) Null where the returns do not vary.
 */
export function probabilisticSharpe(moments: ReturnMoments, benchmark: number): number | null {
  const { count, sharpe, skewness, kurtosis } = moments;
  if (sharpe === null || skewness === null || kurtosis === null) return null;
  const spread = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2;
  if (!(spread > 0)) return null;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(count - 1)) / Math.sqrt(spread));
}

/**
 * The largest Sharpe ratio to be expected of `trials` independent ones without skill whose estimates have this variance.
 * (Bailey and López de Prado, "The Deflated Sharpe Ratio", 2014.) 0 for a single trial: nothing was chosen.
 */
export function expectedMaximumSharpe(trials: number, variance: number): number {
  if (trials <= 1) return 0;
  const most = normalQuantile(1 - 1 / trials);
  const more = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * most + EULER_MASCHERONI * more);
}

/** The probability that the true Sharpe ratio is above what the best of that many trials would show by luck alone. */
export function deflatedSharpe(moments: ReturnMoments, trials: number, variance: number): number | null {
  return probabilisticSharpe(moments, expectedMaximumSharpe(trials, variance));
}

/** Sample variance (n − 1). */
export function sampleVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
