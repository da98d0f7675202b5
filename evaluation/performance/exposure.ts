import type { BacktestMarket, BacktestResult, Trade } from '../../contracts/backtest.ts';
import type { Exposure, Turnover } from '../../contracts/performance.ts';
import { type EquityCurve, finite, yearsOf } from './return-figures.ts';

/** O(bars + trades log bars). */
export function exposureOf(result: BacktestResult, markets: readonly BacktestMarket[]): Exposure {
  const { equity, grossExposure } = result;
  const bars = equity.length;
  if (bars === 0) return { share: null, meanLeverage: null, maxLeverage: null };
  let sum = 0;
  let most = 0;
  for (let bar = 0; bar < bars; bar++) {
    // A ruined account holds nothing.
    const leverage = equity[bar] > 0 ? grossExposure[bar] / equity[bar] : 0;
    sum += leverage;
    most = Math.max(most, leverage);
  }
  return { share: barsWithPosition(result, markets) / bars, meanLeverage: sum / bars, maxLeverage: most };
}

export function turnoverOf({ turnover }: BacktestResult, curve: EquityCurve): Turnover {
  const mean = curve.equity.reduce((sum, value) => sum + value, 0) / curve.equity.length;
  return { notional: turnover, perYear: finite(turnover / mean / yearsOf(curve)) };
}

/** Bars that no other position of the symbol could have: one that a signal closes is gone at the open of its last bar. */
export function occupiedBars({ barsHeld, exitReason }: Trade): number {
  return Math.max(1, exitReason === 'signal' ? barsHeld - 1 : barsHeld);
}

/** Index of the first value that is not below `least`; the length where all are. */
export function firstNotBelow(ascending: Float64Array, least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Played bars in which any symbol had a position: entries less ends so far, as a running sum. */
function barsWithPosition({ trades, time }: BacktestResult, markets: readonly BacktestMarket[]): number {
  const openTimes = new Map(markets.map(({ symbol, candles }) => [symbol, candles.openTime]));
  const change = new Int32Array(time.length + 1);
  for (const trade of trades) {
    change[firstNotBelow(time, trade.entryTime)]++;
    change[firstNotBelow(time, endOf(trade, openTimes.get(trade.symbol)!))]--;
  }
  let open = 0;
  let bars = 0;
  for (let bar = 0; bar < time.length; bar++) {
    open += change[bar];
    if (open > 0) bars++;
  }
  return bars;
}

/** Open time of the first bar in which the position was open no more. */
function endOf(trade: Trade, openTime: Float64Array): number {
  const bar = trade.entryBar + occupiedBars(trade);
  return bar < openTime.length ? openTime[bar] : trade.exitTime + 1;
}
