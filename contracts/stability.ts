import type { Estimate } from './evidence.ts';

/** What makes a slice: the calendar month (UTC) of a row's bar, or how far prices moved at it. */
export type SliceKind = 'month' | 'regime';

/** Volatility regimes, the calmest first. */
export const REGIMES = ['calm', 'usual', 'wild'] as const;
export type Regime = (typeof REGIMES)[number];

/** How a model did on some of the rows that it was judged on. */
export interface Slice {
  readonly kind: SliceKind;
  /** `2019-03`, or a regime. */
  readonly name: string;
  readonly rows: number;
  /** With its interval from the block bootstrap over the slice's rows in time order; bounds are null on under ten blocks. */
  readonly mcc: Estimate;
  /** Null where one of the two classes is absent. */
  readonly directionalAuc: number | null;
  readonly balancedAccuracy: number;
  readonly accuracy: number;
  readonly logLoss: number;
  /** Of the after-costs backtest, by the bar at which they were decided. */
  readonly trades: number;
  readonly meanNetReturn: number | null;
}

/** Whether a model does as well everywhere as on the whole. */
export interface Stability {
  /** In time order; only those with rows. */
  readonly months: readonly Slice[];
  /** The calmest first; only those with rows. */
  readonly regimes: readonly Slice[];
  /** Volatility over close that parts the regimes: terciles of the training rows. Null where none of those has a volatility. */
  readonly regimeBounds: readonly [number, number] | null;
  /** The slice of the lowest MCC among those with an interval; null where none has one, or there is but one slice. */
  readonly worst: Slice | null;
}
