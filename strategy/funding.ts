import type { FundingRates } from '../contracts/backtest.ts';
import type { CostSpec } from '../contracts/costs.ts';

const EIGHT_HOURS_MS = 8 * 3_600_000;

/** Funding of one swap: what is due between the opens of two bars, in the order of time. */
export interface Funding {
  /** Sum of the rates with after < time ≤ upTo, epoch ms. */
  readonly due: (after: number, upTo: number) => number;
  /** Time of the first payment after this one; infinite where there is none. */
  readonly next: (after: number) => number;
}

/** Recorded rates where there are any, else the usual rate at each multiple of eight hours; null: none is paid. */
export function fundingOf(recorded: FundingRates | null, { fundingBpsPer8h }: CostSpec): Funding | null {
  if (recorded !== null) return recordedFunding(recorded);
  return fundingBpsPer8h ? usualFunding(fundingBpsPer8h / 10_000) : null;
}

function recordedFunding({ time, rate }: FundingRates): Funding {
  const firstAfter = (after: number) => {
    let low = 0;
    let high = time.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (time[middle] <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    due: (after, upTo) => {
      let sum = 0;
      for (let i = firstAfter(after); i < time.length && time[i] <= upTo; i++) sum += rate[i];
      return sum;
    },
    next: after => time[firstAfter(after)] ?? Number.POSITIVE_INFINITY,
  };
}

function usualFunding(rate: number): Funding {
  const count = (time: number) => Math.floor(time / EIGHT_HOURS_MS);
  return {
    due: (after, upTo) => rate * (count(upTo) - count(after)),
    next: after => (count(after) + 1) * EIGHT_HOURS_MS,
  };
}
