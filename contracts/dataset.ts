/** Rows of one block as [start, end) into the dataset's row arrays; purged rows are simply absent. */
export type BlockName = 'train' | 'validation' | 'test';

/**
 * A labelled table in time order. Row r belongs to bar `bar[r]` of the snapshot; warm-up rows were dropped, rows purged
 * between blocks or without label belong to no block (`block[r] === NO_BLOCK`).
 */
export interface Dataset {
  readonly featureNames: readonly string[];
  readonly schemaHash: string;
  /** Row-major `[rows, featureNames.length]`, raw feature values; NaN is missing. */
  readonly x: Float32Array;
  /** Class per row, −1 where unlabelled. */
  readonly label: Int8Array;
  /** Index of the row's bar in the snapshot. */
  readonly bar: Int32Array;
  /** Open time of the row's bar, epoch ms. */
  readonly openTime: Float64Array;
  /** Index of the bar at which the row's label was decided, −1 where unlabelled. */
  readonly labelEnd: Int32Array;
  /** 0 train, 1 validation, 2 test, −1 none. */
  readonly block: Int8Array;
}

export const BLOCKS: readonly BlockName[] = ['train', 'validation', 'test'];
export const NO_BLOCK = -1;

/** What the dataset's builder found; part of the package's card. */
export interface DatasetReport {
  readonly bars: number;
  /** Bars after warm-up, labelled or not. */
  readonly rows: number;
  /** Open times of the first and the last bar, warm-up included. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly warmUpBars: number;
  readonly embargoBars: number;
  readonly blocks: Readonly<
    Record<
      BlockName,
      {
        readonly rows: number;
        readonly fromTime: number;
        readonly toTime: number;
        readonly classes: readonly number[];
      }
    >
  >;
  /** Labelled rows that belong to no block. */
  readonly purgedRows: number;
  readonly unlabelledRows: number;
  /** Bars from a row to its label's end, over the training block. */
  readonly meanHoldingBars: number;
  readonly medianHoldingBars: number;
  /** Features with a missing value in the training block: others may not be missing when it serves. */
  readonly missingInTraining: readonly string[];
  /** Values per feature that stayed missing after forward-filling, and those that were filled. */
  readonly missing: Readonly<Record<string, number>>;
  readonly filled: Readonly<Record<string, number>>;
  /** Open time of the bar at which the last training or validation label was decided: later bars are unseen. */
  readonly trainedThroughTime: number;
}
