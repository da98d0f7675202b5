import type { BacktestMarket, BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import type { CostSpec } from '../../contracts/costs.ts';

const FUNDING_INTERVAL_MS = 8 * 3_600_000;

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
  const side = (costs.feeBps + costs.halfSpreadBps + costs.slippageBps) / 10_000;
  const quantity = first < end ? cash / (candles.open[first] * (1 + side)) : 0;
  const rates =
    kind === 'swap' ? (funding ?? everyEightHours(costs.fundingBpsPer8h, fromTime, toTime)) : null;
  let payment = rates === null || first === end ? 0 : paymentsUntil(rates.time, candles.openTime[first]);
  let value = cash;
  let paid = 0;
  let bar = first;
  for (let at = 0; at < time.length; at++) {
    if (bar < end && candles.openTime[bar] === time[at]) {
      for (; rates !== null && payment < rates.time.length && rates.time[payment] <= time[at]; payment++)
        paid += quantity * candles.open[bar] * rates.rate[payment];
      const sold = bar === end - 1 ? 1 - side : 1;
      value = Math.max(0, quantity * candles.close[bar] * sold - paid);
      bar++;
    }
    equity[at] += value;
  }
}

/** A steady rate as payments at 00:00, 08:00 and 16:00 UTC. */
function everyEightHours(bps: number | undefined, fromTime: number, toTime: number) {
  if (bps === undefined) return null;
  const first = Math.ceil(fromTime / FUNDING_INTERVAL_MS);
  const count = Math.max(0, Math.ceil(toTime / FUNDING_INTERVAL_MS) - first);
  return {
    time: Float64Array.from({ length: count }, (_, i) => (first + i) * FUNDING_INTERVAL_MS),
    rate: new Float64Array(count).fill(bps / 10_000),
  };
}

/** Payments up to the purchase are others'. */
function paymentsUntil(time: Float64Array, bought: number): number {
  let count = 0;
  while (count < time.length && time[count] <= bought) count++;
  return count;
}
