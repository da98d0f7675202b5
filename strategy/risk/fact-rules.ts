import type { ClosedSymbol, LiveFacts } from '../../contracts/close-decision.ts';
import type { RiskLimits } from '../../contracts/risk-policy.ts';
import { type Answer, answer, type RiskRule, told } from './rule.ts';

export const staleData: RiskRule = {
  name: 'stale-data',
  ask: ({ closed }, { limits }) =>
    asked(closed, limits, limits.maxDataAgeBars, 'dataAgeMs', (ageMs, limit) => {
      const bars = ageMs / closed.bar.market.barMs!;
      return answer(
        bars <= limit,
        bars,
        limit,
        () => `The data is ${told(bars)} bars old, of at most ${limit}.`,
      );
    }),
};

export const priceBand: RiskRule = {
  name: 'price-band',
  ask: ({ closed }, { limits }) =>
    asked(closed, limits, limits.priceBandBps, 'lastTradePrice', (price, limit) => {
      const off = Math.abs(price / closed.bar.close - 1) * 10_000;
      return answer(
        off <= limit,
        off,
        limit,
        () => `The last trade is ${told(off)} bp off the close, of at most ${limit}.`,
      );
    }),
};

export const spread: RiskRule = {
  name: 'spread',
  ask: ({ closed }, { limits }) =>
    asked(closed, limits, limits.maxSpreadBps, 'spreadBps', (bps, limit) =>
      answer(bps <= limit, bps, limit, () => `The spread is ${told(bps)} bp, of at most ${limit}.`),
    ),
};

/** A fact that can't be known is no reason; one that should be known is, unless the policy lets it pass. */
function asked(
  { facts }: ClosedSymbol,
  { unknownFacts }: RiskLimits,
  limit: number | undefined,
  name: keyof LiveFacts,
  known: (value: number, limit: number) => Answer,
): Answer | null {
  if (limit === undefined) return null;
  const value = facts?.[name] ?? null;
  if (value !== null) return known(value, limit);
  const passes = facts === null || unknownFacts === 'pass';
  return {
    outcome: passes ? 'unknown' : 'block',
    value: null,
    limit,
    sentence: () =>
      facts === null
        ? 'Known of live accounts alone.'
        : `Nobody knows it now${passes ? ', which the policy lets pass' : ''}.`,
  };
}
