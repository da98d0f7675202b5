/** Rows of one part of a dataset. */
export type BlockName = 'train' | 'validation' | 'test';

/**
 * A labelled table in time order. Row r belongs to bar `bar[r]` of the snapshot; warm-up rows were dropped, rows purged
 * between blocks, left out by a filter or without label belong to no block (`block[r] === NO_BLOCK`).
 */
export interface Dataset {
  readonly featureNames: readonly string[];
  readonly schemaHash: string;
  /** Raw values of every row, a column per feature; NaN is missing. */
  readonly columns: readonly Float32Array[];
  /** Class per row (0 in a task without classes), −1 where unlabelled. */
  readonly label: Int8Array;
  /** In a task without classes the number to learn, NaN where unlabelled. */
  readonly target?: Float32Array;
  /** Index of the row's bar in the snapshot. */
  readonly bar: Int32Array;
  /** Open time of the row's bar, epoch ms. */
  readonly openTime: Float64Array;
  /** Index of the bar at which the row's label was decided, −1 where unlabelled. */
  readonly labelEnd: Int32Array;
  /** 0 train, 1 validation, 2 test, −1 none. */
  readonly block: Int8Array;
  /** How much each row counts: mean 1 over the training rows. Absent: all count the same. */
  readonly weight?: Float32Array;
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
  readonly blocks: Readonly<Record<BlockName, BlockReport>>;
  /** Labelled rows that purging left in no block. */
  readonly purgedRows: number;
  /** Training rows that the recipe's filter left out. */
  readonly filteredRows: number;
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
  /** The essentials of the details; missing in packages of earlier versions. */
  readonly averageUniqueness?: number;
  /** Features whose distribution changed between training and test rows (population stability index from 0.25). */
  readonly drifted?: readonly string[];
}

/** Population stability index from which a distribution counts as another. */
export const STRONG_DRIFT = 0.25;

export interface BlockReport {
  readonly rows: number;
  readonly fromTime: number;
  readonly toTime: number;
  /** Rows per class; empty in a task without classes. */
  readonly classes: readonly number[];
}

/** What labels say of the training block. */
export interface LabelReport {
  /** Labels that run at the same time, on a bar in which any does. */
  readonly meanConcurrency: number;
  /** Mean over the rows of their mean share in the bars of their label: 1 where none overlap. */
  readonly averageUniqueness: number;
  /** Of barriers: rows decided by the upper, the lower, by time, and by a bar that reached both. */
  readonly decidedBy: {
    readonly upper: number;
    readonly lower: number;
    readonly time: number;
    readonly both: number;
  } | null;
  /** Deviation and extremes of the target, in a task without classes. */
  readonly target: {
    readonly mean: number;
    readonly deviation: number;
    readonly min: number;
    readonly max: number;
  } | null;
}

/** What is told of each feature. */
export interface FeatureReport {
  readonly name: string;
  /** Values that were missing and then filled from the bars before, and those that stayed missing; before any filter. */
  readonly filled: Readonly<Record<BlockName, number>>;
  readonly missing: Readonly<Record<BlockName, number>>;
  /** Population stability index of the test rows by the deciles of the training rows; null without values. */
  readonly psi: number | null;
  /** Largest distance of the two distributions (Kolmogorov-Smirnov). */
  readonly ks: number | null;
}

export interface CorrelationReport {
  /** Training rows it was taken from, evenly spaced. */
  readonly rows: number;
  /** Pairs with |ρ| ≥ 0.95, the closest first. */
  readonly closest: readonly { readonly a: string; readonly b: string; readonly rho: number }[];
  /** ρ of every pair in the features' order, to four decimals; null where there are too many features. */
  readonly matrix: readonly (readonly (number | null)[])[] | null;
}

/** One of the partitions that `split.folds` asks for. */
export interface FoldReport {
  readonly rows: Readonly<Record<BlockName, number>>;
  /** Labelled rows of the fold's span that purging and embargo left out. */
  readonly purgedRows: number;
  readonly testFromTime: number;
  readonly testToTime: number;
}

/** The details of a dataset, kept beside it in `report.json`. */
export interface DatasetDetails {
  readonly labels: LabelReport;
  readonly features: readonly FeatureReport[];
  readonly correlation: CorrelationReport;
  readonly folds: readonly FoldReport[];
}
