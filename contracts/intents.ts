import type { TradeSide, TradingRules } from './backtest.ts';
import type { LabelSpec } from './labels.ts';
import type { Policy } from './policy.ts';
import type { PredictionSource } from './prediction.ts';
import type { MarketKind } from './series.ts';
import type { Direction } from './tasks.ts';

/**
 * What to do about the bar's symbol, given what was predicted at its close, what the account holds, how to trade, and the
 * bar itself. Pure: the same arguments always give the same intents, and nothing but the arguments is read. Asked once per
 * symbol and closed bar; what it returns is done from the next bar's open on.
 */
export type Decide = (
  prediction: MarketPrediction,
  portfolio: PortfolioView,
  policy: Policy,
  bar: ClosedBar,
) => readonly Intent[];

export type Intent = EnterIntent | ExitIntent | CancelEntryIntent | SkipIntent;

/** Opens a position in the bar's symbol. One at a time: while one is open or being entered, only together with its end. */
export interface EnterIntent {
  readonly kind: 'enter';
  /** SHORT on swaps only. */
  readonly side: TradeSide;
  /** In base, over 0; rounded down to the market's lot, cut at the fill to what the account can pay. */
  readonly quantity: number;
  readonly order: EntryOrder;
  readonly exits: ExitPlan;
}

export type EntryOrder =
  /** Fills at the next open; where a bar's volume limits it the rest waits, at most for the plan's `maxBars`. */
  | { readonly kind: 'market' }
  | {
      readonly kind: 'limit';
      /** In quote: at or under the bar's close for a LONG, at or over it for a SHORT. Rounded to the nearest tick. */
      readonly price: number;
      /** Bars after the deciding one in which it may fill. */
      readonly validBars: number;
    };

/** From the average entry price, over 0: so much in quote, or so many percent of that price. */
export interface Distance {
  readonly unit: 'quote' | 'percent';
  readonly value: number;
}

/** How a position is left. */
export interface ExitPlan {
  /** Against the position; null: none. */
  readonly stop: Distance | null;
  /** In favour, nearest first, at most three. Shares of the position, over 0, that add up to at most 1. */
  readonly targets: readonly TargetPlan[];
  /** A stop `distance` behind the best price, once that was `after` (0 or more) in favour, in quote; null: none. */
  readonly trailing: { readonly distance: number; readonly after: number } | null;
  /** The position leaves at the close of the deciding bar + `maxBars`; null: no limit. */
  readonly maxBars: number | null;
}

export interface TargetPlan {
  readonly distance: Distance;
  readonly share: number;
}

/** Closes the symbol's position at the next open and withdraws what rests for it; nothing where none is open. */
export interface ExitIntent {
  readonly kind: 'exit';
}

/** Withdraws the symbol's entry that has not filled (wholly) yet; nothing where none is pending. */
export interface CancelEntryIntent {
  readonly kind: 'cancel-entry';
}

/** An entry that was wished for and can't be; counted among the refused orders. */
export interface SkipIntent {
  readonly kind: 'skip';
  readonly reason: 'noLevels' | 'noFunds' | 'tooSmall';
}

/** What was predicted at a bar's close. */
export interface MarketPrediction {
  /** null where there is no prediction. */
  readonly direction: Direction | null;
  /** Probability of that direction, 0 without one. */
  readonly confidence: number;
  /** Who predicted it; absent: a model. */
  readonly source?: PredictionSource;
}

/** The account at the close, marked at the last closes; amounts in quote. Earlier symbols' intents of this close count. */
export interface PortfolioView {
  readonly cash: number;
  /** cash + Σ signed quantity × close. */
  readonly equity: number;
  /** Σ |quantity| × close. */
  readonly grossExposure: number;
  /** Of the bar's symbol. */
  readonly position: PositionView | null;
  /** Entry of the bar's symbol that has not filled (wholly) yet. */
  readonly pendingEntry: PendingEntryView | null;
  /** Other symbols in which a position is open or being entered. */
  readonly otherPositions: number;
}

export interface PositionView {
  readonly side: TradeSide;
  /** In base, over 0. */
  readonly quantity: number;
  /** Average of the fills at the prices that the market showed, in quote. */
  readonly entryPrice: number;
  readonly entryBar: number;
  /** quantity × (close − entryPrice), signed by the side, before costs. */
  readonly openPnl: number;
  /** Where the stop stands now, the trailing one included; null: none. */
  readonly stop: number | null;
  /** Whether an exit is under way: what is left goes at the next opens. */
  readonly leaving: boolean;
}

export interface PendingEntryView {
  readonly side: TradeSide;
  /** What has not filled yet, in base. */
  readonly quantity: number;
  /** Price of a limit order; null: at market. */
  readonly limitPrice: number | null;
}

/** The bar that has closed, its market, and the bars before it. Prices in quote, volume in base. */
export interface ClosedBar {
  readonly market: MarketFacts;
  /** Index into the symbol's candles. */
  readonly bar: number;
  /** Epoch ms. */
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** What levels are counted in (ATR14 by default), in price; NaN where unknown. */
  readonly volatility: number;
  /** Copies of a column's last values up to this bar, oldest first; fewer where the bars do not reach back so far. */
  readonly recent: (column: 'open' | 'high' | 'low' | 'close' | 'volume', bars: number) => Float64Array;
}

export interface MarketFacts {
  readonly symbol: string;
  readonly kind: MarketKind;
  /** What `recipe` means in a policy's exits. */
  readonly labels: LabelSpec;
  readonly rules: TradingRules | null;
  /** Duration of a bar; absent where nobody said it. */
  readonly barMs?: number;
}
