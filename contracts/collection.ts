import type { Series } from './series.ts';

/** Series of one venue, which are asked for together. */
export interface VenueSeries {
  readonly venue: string;
  readonly series: readonly Series[];
}

/** What came of one series; a failure stops no other. `behind`: its history has to be fetched first. */
export type CollectedSeries =
  | { readonly series: Series; readonly ok: true; readonly behind: true }
  | {
      readonly series: Series;
      readonly ok: true;
      readonly behind: false;
      readonly added: number;
      readonly lastTime: number;
    }
  | { readonly series: Series; readonly ok: false; readonly error: CollectionError };

export interface CollectionError {
  readonly code: string;
  readonly message: string;
}

/** The features of one series, up to `lastTime`. */
export type MaterialisedSeries =
  | { readonly series: Series; readonly ok: true; readonly rows: number; readonly lastTime: number }
  | { readonly series: Series; readonly ok: false; readonly error: CollectionError };

/** A line of a collection's table. */
export interface CollectionRow {
  readonly series: string;
  /** Whether its history is being fetched, by a workflow of its own. */
  readonly fetching: boolean;
  /** Bars that were new. */
  readonly added: number | null;
  /** Open time of the newest bar, and of the newest bar with features. */
  readonly lastTime: number | null;
  readonly featuresTime: number | null;
  readonly error: CollectionError | null;
}

export interface CollectionReport {
  readonly rows: readonly CollectionRow[];
  /** Recent bars that moved into the history. */
  readonly folded: number;
}
