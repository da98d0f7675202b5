import type { BlockedEntries } from '../../contracts/backtest.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { RiskLimits } from '../../contracts/risk-policy.ts';
import { share, whole } from './amounts.ts';

/** What a policy's rules bind entries by, a sentence each; none where it has none. */
export function ruleSentences({ sources, symbols, everyBars, confirmation, risk }: Policy): string[] {
  return [
    ...(sources ? [`Positions are opened on predictions of ${sources.join(', ')}.`] : []),
    ...Object.entries(symbols ?? {}).map(([symbol, { minConfidence, fraction }]) =>
      [
        `${symbol}:`,
        ...(minConfidence === undefined ? [] : [`probability of at least ${share(minConfidence)}`]),
        ...(fraction === undefined ? [] : [`at most ${share(fraction)} of the equity`]),
      ].join(' '),
    ),
    ...(everyBars === undefined ? [] : [`Enters at every ${whole(everyBars)}th close of the grid alone.`]),
    ...(confirmation ? [`Needs ${confirmation.timeframe} to say ${confirmation.require}.`] : []),
    ...(risk ? limitSentences(risk) : []),
  ];
}

/** What the rules kept back. */
export function blockedSentences(blocked: BlockedEntries = {}): string[] {
  const parts = Object.entries(blocked).map(([rule, count]) => `${whole(count)} ${rule}`);
  return parts.length === 0
    ? []
    : [`Entries that rules kept back, by the first that did: ${parts.join(', ')}.`];
}

const LIMITS: {
  readonly [Name in keyof RiskLimits]-?: (limit: NonNullable<RiskLimits[Name]>) => string | null;
} = {
  maxTradesPerDay: limit => `at most ${whole(limit)} trades of a symbol a day`,
  cooldownMinutes: limit => `${whole(limit)} minutes between a symbol’s trades`,
  maxPosition: limit => `a position of at most ${share(limit)} of the equity`,
  maxGrossExposure: limit => `all positions at most ${share(limit)}`,
  maxNetExposure: limit => `long less short at most ${share(limit)}`,
  correlated: ({ maxExposure, correlation, bars }) =>
    `symbols that go together (correlation from ${correlation} on over ${whole(bars)} bars) at most ${share(maxExposure)}`,
  maxDailyLoss: limit => `nothing more after a loss of ${share(limit)} within a day`,
  maxDrawdown: limit => `a halt at ${share(limit)} under the peak`,
  minNotional: limit => `a notional of at least ${limit}`,
  hours: hours =>
    `entries ${hours.map(({ days, from, to }) => `${days?.join(' ') ?? 'daily'} ${from}-${to}`).join(', ')} UTC`,
  maxDataAgeBars: limit => `data of at most ${limit} bars (live)`,
  priceBandBps: limit => `a last trade within ${limit} bp (live)`,
  maxSpreadBps: limit => `a spread of at most ${limit} bp (live)`,
  unknownFacts: () => null,
};

function limitSentences(risk: RiskLimits): string[] {
  const parts = (Object.keys(LIMITS) as (keyof RiskLimits)[]).flatMap(name => {
    const limit = risk[name];
    return limit === undefined
      ? []
      : [(LIMITS[name] as (limit: unknown) => string | null)(limit) ?? []].flat();
  });
  return parts.length === 0 ? [] : [`Limits on entries: ${parts.join('; ')}.`];
}
