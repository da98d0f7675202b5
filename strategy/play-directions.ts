import type { BacktestResult } from '../contracts/backtest.ts';
import type { Candles } from '../contracts/candles.ts';
import type { CostSpec } from '../contracts/costs.ts';
import type { LabelSpec } from '../contracts/labels.ts';
import { AS_LABELLED } from '../contracts/policy.ts';
import type { MarketKind } from '../contracts/series.ts';
import { backtest } from './backtest.ts';

/** A direction per bar, and the market it is traded on. */
export interface Directions {
  readonly candles: Candles;
  /** Volatility per bar that barriers are counted in (ATR14 by default), NaN in its warm-up. */
  readonly volatility: Float64Array;
  /** Class of `direction3` per bar, −1 where there is no prediction. */
  readonly direction: Int8Array;
  /** Bars [fromBar, toBar) are played; no trade reaches beyond them. */
  readonly fromBar: number;
  readonly toBar: number;
  readonly labels: LabelSpec;
  readonly costs: CostSpec;
  readonly market: MarketKind;
}

/** In quote. Results are shares of it; it matters where costs grow with size. */
const PURSE = 10_000;

/** Trades directions as they were labelled: the whole equity at once, barriers as stop and target, the label's horizon. */
export function playDirections({
  candles,
  volatility,
  direction,
  fromBar,
  toBar,
  labels,
  costs,
  market,
}: Directions): BacktestResult {
  const { openTime } = candles;
  const signals = { direction, volatility };
  return backtest({
    markets: [{ symbol: 'market', kind: market, candles, signals, labels, rules: null, funding: null }],
    policy: AS_LABELLED,
    costs,
    initialCash: PURSE,
    fromTime: openTime[fromBar],
    toTime: toBar < openTime.length ? openTime[toBar] : Number.POSITIVE_INFINITY,
  });
}
