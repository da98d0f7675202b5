import type { MarketBars } from '../../contracts/candles.ts';

export const TRIAL_BAR_MS = 3_600_000;
const BARS = 64;

/** A few hourly bars with every column, to see whether a formula runs at all. */
export function trialBars(): MarketBars {
  const column = (value: (bar: number) => number) =>
    Float64Array.from({ length: BARS }, (_, bar) => value(bar));
  const price = (bar: number) => 100 + 5 * Math.sin(bar / 3) + bar / 10;
  return {
    openTime: column(bar => Date.UTC(2020, 0, 1) + bar * TRIAL_BAR_MS),
    open: column(bar => price(bar - 1)),
    high: column(bar => Math.max(price(bar - 1), price(bar)) + 1),
    low: column(bar => Math.min(price(bar - 1), price(bar)) - 1),
    close: column(price),
    volume: column(bar => 10 + (bar % 7)),
    leaderClose: column(bar => 2 * price(bar + 1)),
    upTicks: column(bar => bar % 5),
    downTicks: column(bar => bar % 3),
    bidDepth: column(bar => 20 + (bar % 4)),
    askDepth: column(bar => 20 + (bar % 6)),
  };
}
