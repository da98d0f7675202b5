import type { ClosedBar, Distance, ExitPlan } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';

const YEAR_MS = 365 * 86_400_000;

/** What a position is sized by. */
export interface SizingFacts {
  readonly bar: ClosedBar;
  /** Probability of the predicted direction. */
  readonly confidence: number;
  readonly exits: ExitPlan;
}

/**
 * Notional of a position as a share of the equity; 0 or less: none, NaN: what it hangs on is not known. Of the kinds
 *
 * - `fraction`: the fraction itself, which is also the most of every other kind.
 * - `volatility-target`: target ÷ volatility of the symbol, both per year; the symbol's is the sample deviation of its last
 *   `lookbackBars` log returns × √(bars of a year).
 * - `kelly`: `share` × (p − (1 − p) / b) ÷ s with b = t ÷ s, where p is the confidence, s the stop's and t the targets' mean
 *   distance by their shares, both as shares of the close. Kelly's f* = p − (1 − p) / b is the share of the equity that may
 *   be lost at once (J. L. Kelly, "A New Interpretation of Information Rate", 1956; E. O. Thorp 2006, equation 2.2 and
 *   after): what is lost at the stop is s of the notional.
 */
export function positionShare(policy: Policy, facts: SizingFacts): number {
  const { sizing } = policy;
  const most = fractionOf(policy, facts.bar.market.symbol);
  switch (sizing.kind) {
    case 'fraction':
      return most;
    case 'volatility-target':
      return Math.min(most, sizing.annualVolatility / annualVolatility(facts.bar, sizing.lookbackBars));
    case 'kelly':
      return Math.min(most, sizing.share * kellyNotional(facts));
  }
}

/** Most notional of a position of a symbol. */
export function fractionOf({ sizing, symbols }: Policy, symbol: string): number {
  return symbols?.[symbol]?.fraction ?? sizing.fraction;
}

/** NaN where fewer returns are known. The copies of the closes become returns. */
function annualVolatility({ market, recent }: ClosedBar, bars: number): number {
  const closes = recent('close', bars + 1);
  if (closes.length < bars + 1) return Number.NaN;
  let sum = 0;
  const returns = closes.subarray(1);
  for (let i = 0, before = closes[0]!; i < bars; i++) {
    const close = returns[i]!;
    returns[i] = Math.log(close / before);
    sum += returns[i]!;
    before = close;
  }
  const mean = sum / bars;
  let squares = 0;
  for (let i = 0; i < bars; i++) squares += (returns[i]! - mean) ** 2;
  return Math.sqrt((squares / (bars - 1)) * (YEAR_MS / market.barMs!));
}

function kellyNotional({ bar: { close }, confidence, exits: { stop, targets } }: SizingFacts): number {
  if (stop === null || targets.length === 0) return Number.NaN;
  const shareOf = ({ unit, value }: Distance) => (unit === 'percent' ? value / 100 : value / close);
  let shares = 0;
  let gain = 0;
  for (const { distance, share } of targets) {
    shares += share;
    gain += share * shareOf(distance);
  }
  const loss = shareOf(stop);
  const odds = gain / shares / loss;
  return (confidence - (1 - confidence) / odds) / loss;
}
