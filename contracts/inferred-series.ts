import type { MarketBars } from './candles.ts';
import type { ErrorCode } from './errors.ts';
import type { LabelSpec } from './labels.ts';
import type { Prediction } from './prediction.ts';
import type { Series } from './series.ts';

/** What trading asks of a series. */
export interface SeriesQuestion {
  readonly series: Series;
  /** Closed bars that the caller holds, from the series' anchor on; without them the store is asked. */
  readonly bars?: MarketBars;
  /** Open time of the bar that is meant, epoch ms; without it the newest. */
  readonly barTime?: number;
}

/** What trading is told: the prediction, and what a decision is made of beside it. Plain JSON. */
export interface InferredSeries {
  readonly prediction: Prediction;
  /** The closed bar that it speaks of; prices in quote, volume in base units. */
  readonly bar: {
    readonly openTime: number;
    readonly open: number;
    readonly high: number;
    readonly low: number;
    readonly close: number;
    readonly volume: number;
  };
  /** What levels are counted in (of a rule ATR14), in price; null while too few bars are there. */
  readonly volatility: number | null;
  /** Of the recipe of the model that answered; null where a rule did. */
  readonly labels: LabelSpec | null;
}

export type InferredResult =
  | ({ readonly ok: true } & InferredSeries)
  | { readonly ok: false; readonly error: { readonly code: ErrorCode; readonly message: string } };
