import type { BacktestMarket, BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import { fundingOf } from '../../strategy/funding.ts';

/** What buying and holding needs of a setup. */
export type HeldMarkets = Pick<BacktestSetup, 'markets' | 'costs' | 'initialCash' | 'fromTime' | 'toTime'>;

/**
 * Equity at each of `time` (ascending; the open times that were played) of an account that parts its cash evenly among the
 * markets, buys each at the open of its first bar of the range, and sells it at the close of its last. Both sides pay taker fee, half
 * spread and slippage; on swaps the position pays and receives funding. No leverage, no rounding. O(bars).
 */
export function buyAndHoldEquity(
  { markets, costs, initialCash, fromTime, toTime }: HeldMarkets,
  time: Float64Array,
): Float64Array {
  const equity = new Float64Array(time.length);
  const part = initialCash / markets.length;
  for (const market of markets) addHolding(market, costs, part, fromTime, toTime, time, equity);
  return equity;
}

function addHolding(
  { candles, kind, funding }: BacktestMarket,
  costs: CostSpec,
  cash: number,
  fromTime: number,
  toTime: number,
  time: Float64Array,
  equity: Float64Array,
): void {
  const first = barsBefore(candles, fromTime);
  const end = barsBefore(candles, toTime);
  const away = (costs.halfSpreadBps + costs.slippageBps) / 10_000;
  const fee = costs.feeBps / 10_000;
  const quantity = first < end ? cash / (candles.open[first] * (1 + away) * (1 + fee)) : 0;
  const payments = kind === 'swap' ? fundingOf(funding, costs) : null;
  let value = cash;
  let settled = 0;
  let bar = first;
  for (let at = 0; at < time.length; at++) {
    if (bar < end && candles.openTime[bar] === time[at]) {
      // What is due at the open of the purchase is another's.
      if (payments !== null && bar > first)
        settled +=
          quantity * candles.open[bar] * payments.due(candles.openTime[bar - 1], candles.openTime[bar]);
      const sold = bar === end - 1 ? (1 - away) * (1 - fee) : 1;
      value = Math.max(0, quantity * candles.close[bar] * sold - settled);
      bar++;
    }
    equity[at] += value;
  }
}
