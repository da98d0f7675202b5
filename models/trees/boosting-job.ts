import type { NativeLibraryName } from '../estimators/estimator.ts';
import type { TableFile } from './table-file.ts';

/** What `boosting-worker.ts` is asked to do. */
export type BoostingJob = FitJob | ScoreJob;

export interface FitJob {
  readonly kind: 'fit';
  readonly learner: NativeLibraryName;
  /** Path of the learner's library. */
  readonly library: string;
  /** By the library's own names. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly threads: number;
  readonly featureNames: readonly string[];
  readonly rounds: number;
  /** Rounds without a better validation loss after which training stops. */
  readonly patience: number;
  /** The model that is kept: of the round with the best validation loss, or of the last. */
  readonly keep: 'best' | 'last';
  readonly train: TableFile;
  readonly validation: TableFile;
}

export interface FitResult {
  readonly modelText: string;
  /** The round whose model that is, counted from 1. */
  readonly keptRound: number;
  /** Validation loss of each round that was trained. */
  readonly losses: readonly number[];
  /** Sum of split gains per feature, in that model. */
  readonly gains: readonly number[];
}

export interface ScoreJob {
  readonly kind: 'score';
  readonly learner: NativeLibraryName;
  readonly library: string;
  readonly modelText: string;
  /** Row-major, over memory that threads share. */
  readonly x: Float32Array;
  readonly rows: number;
  /** Trees per round: the library's scores per row. */
  readonly groups: number;
}
