import type { Candles } from './candles.ts';
import type { CostSpec } from './costs.ts';
import type { LabelSpec } from './labels.ts';
import type { Policy } from './policy.ts';
import type { RuleName } from './risk.ts';
import type { MarketKind } from './series.ts';
import type { Direction } from './tasks.ts';

export type TradeSide = Exclude<Direction, 'NO_TRADE'>;

/** What was predicted at the close of each bar of a market; columns as long as its candles. */
export interface Signals {
  /** Class of `direction3`, −1 where there is no prediction. */
  readonly direction: Int8Array;
  /** Probability of that direction; absent: 1. */
  readonly confidence?: Float32Array;
  /** Volatility that levels are counted in (ATR14 by default), in price; NaN in its warm-up. */
  readonly volatility: Float64Array;
}

/** Steps, minimums and the largest order of a market as numbers; null where it has none. */
export interface TradingRules {
  /** Of prices, in quote. */
  readonly tick: number | null;
  /** Of quantities, in base. */
  readonly lot: number | null;
  readonly minQuantity: number | null;
  /** Of price × quantity, in quote. */
  readonly minNotional: number | null;
  /** Largest order that may also go at market, in base; absent: none is stated. */
  readonly maxQuantity?: number;
}

/** Funding payments of a swap: at `time` longs pay `rate` × position value (negative: they receive it). Ascending. */
export interface FundingRates {
  readonly time: Float64Array;
  readonly rate: Float64Array;
}

/** What bars of a longer timeframe said of a symbol when they closed. */
export interface ConfirmingSignals {
  /** Ascending, epoch ms. */
  readonly closeTime: Float64Array;
  /** Class of `direction3`, −1 where there is no prediction. */
  readonly direction: Int8Array;
}

/** One symbol of a backtest. */
export interface BacktestMarket {
  readonly symbol: string;
  readonly kind: MarketKind;
  readonly candles: Candles;
  readonly signals: Signals;
  /** What `recipe` means in a policy's exits. */
  readonly labels: LabelSpec;
  readonly rules: TradingRules | null;
  readonly funding: FundingRates | null;
  /** Duration of a bar, the same of all markets; absent: policies that count in time can't be played. */
  readonly barMs?: number;
  /** Of the timeframe of the policy's `confirmation`; absent: nobody says anything. */
  readonly confirmation?: ConfirmingSignals;
}

export interface BacktestSetup {
  /** Symbols that share one purse, in the order in which they are asked at a close. */
  readonly markets: readonly BacktestMarket[];
  readonly policy: Policy;
  readonly costs: CostSpec;
  /** In quote; all markets have the same. */
  readonly initialCash: number;
  /** Bars with fromTime ≤ open time < toTime are played, epoch ms; no trade reaches beyond them. */
  readonly fromTime: number;
  readonly toTime: number;
}

/** What was paid, in quote, all ≥ 0 but funding, which may be received (negative). */
export interface Costs {
  readonly fees: number;
  readonly spread: number;
  /** Impact and rounding to ticks included. */
  readonly slippage: number;
  readonly funding: number;
}

export type ExitReason = 'stop' | 'trailing' | 'target' | 'time' | 'signal' | 'liquidation' | 'end';

/** From flat to flat in one symbol. Bars are indices into the symbol's candles, prices in quote per base. */
export interface Trade {
  readonly symbol: string;
  readonly side: TradeSide;
  /** Bar at whose close it was decided. */
  readonly signalBar: number;
  readonly entryBar: number;
  /** Bar of the last exit. */
  readonly exitBar: number;
  /** Open times of those bars, epoch ms. */
  readonly entryTime: number;
  readonly exitTime: number;
  /** What was entered, in base, before fees in base. */
  readonly quantity: number;
  /** Averages of the fills, as paid: spread and slippage included. */
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Fills that left it. */
  readonly exits: number;
  /** Of the last exit. */
  readonly exitReason: ExitReason;
  /** exitBar − entryBar + 1. */
  readonly barsHeld: number;
  /**
   * Before costs, at the prices that the market showed, in quote; base that went as fee or dust at the price it was booked
   * at. What a liquidated account could not pay is not lost.
   */
  readonly grossPnl: number;
  readonly costs: Costs;
  /** grossPnl less all costs. */
  readonly netPnl: number;
  /** Simple returns on the entry notional at the price that the market showed. */
  readonly grossReturn: number;
  readonly netReturn: number;
}

/** Orders that came to nothing, by why. */
export interface RefusedOrders {
  /** Below lot, minimum quantity or minimum notional. */
  readonly tooSmall: number;
  /** No cash, or leverage used up. */
  readonly noFunds: number;
  /** Limit orders that were not reached in time. */
  readonly lapsed: number;
  /** Volatility unknown where a level is counted in it, or a level that would be no positive price. */
  readonly noLevels: number;
}

/** By rule; rules that kept nothing back are not in it. */
export type BlockedEntries = Readonly<Partial<Record<RuleName, number>>>;

/** Columns have a line per played open time, ascending; several symbols may share one. What is large may be made when read. */
export interface BacktestResult {
  readonly trades: readonly Trade[];
  readonly time: Float64Array;
  /** At the closes, in quote: equity = cash + Σ quantity × close. */
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  /** Σ |quantity| × close, in quote. */
  readonly grossExposure: Float64Array;
  /** Notional that changed hands, entries and exits, in quote. */
  readonly turnover: number;
  readonly costs: Costs;
  readonly refused: RefusedOrders;
  /** Entries that a rule kept back, by the first that did; absent: the policy has no rules. */
  readonly blocked?: BlockedEntries;
  readonly initialCash: number;
}
