import type { LightgbmParams } from '../trees/lightgbm-library.ts';
import type { CancelFlag } from './worker-thread.ts';

/** What `lightgbm-worker.ts` is asked to do; matrices are row-major over SharedArrayBuffer. */
export type LightgbmJob = FitJob | ScoreJob;

export interface FitJob {
  readonly kind: 'fit';
  readonly library: string;
  readonly params: LightgbmParams;
  readonly featureNames: readonly string[];
  readonly rounds: number;
  readonly patience: number;
  readonly train: Table;
  readonly validation: Table;
  readonly cancel: CancelFlag;
}

export interface ScoreJob {
  readonly kind: 'score';
  readonly library: string;
  readonly modelText: string;
  readonly x: Float32Array;
  readonly rows: number;
  readonly classes: number;
}

export interface Table {
  readonly x: Float32Array;
  readonly label: Float32Array;
  readonly weight: Float32Array;
}

export interface FitResult {
  /** The model of the best round. */
  readonly modelText: string;
  readonly bestRound: number;
  /** Validation loss of each round that was trained. */
  readonly losses: readonly number[];
  /** Sum of split gains per feature, in the model of the best round. */
  readonly gains: readonly number[];
}
