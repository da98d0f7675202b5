import type { FileDigest } from './artifact.ts';
import type { Series } from './series.ts';

export interface ReproductionInput {
  readonly series: Series;
  readonly version: number;
}

/** The steps that a version's model comes from, in their order. */
export const REPRODUCED_STEPS = ['snapshot', 'dataset', 'fit', 'model'] as const;
export type ReproducedStep = (typeof REPRODUCED_STEPS)[number];

/** What decides a model's bytes and is not as it was. */
export interface ReproductionDifference {
  readonly step: ReproducedStep;
  readonly what: 'data' | 'features' | 'recipe' | 'libraries' | 'platform' | 'code';
  /** Its name among the step's inputs. */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What came of training a version once more from what its package says. */
export interface Reproduction {
  readonly series: string;
  readonly version: number;
  /** Whether the ONNX file is the same to the last byte. */
  readonly identical: boolean;
  readonly original: FileDigest;
  /** Null where it did not come to a model. */
  readonly reproduced: FileDigest | null;
  /** Whether the bars are those that were kept, or the store's as of then. */
  readonly bars: 'kept' | 'exported again';
  readonly steps: readonly {
    readonly step: ReproducedStep;
    /** Whether all that decides its bytes is as it was. */
    readonly same: boolean;
    /** Taken over, not made again: kept bars, or a model that was trained elsewhere. */
    readonly kept: boolean;
    readonly workMs: number;
    readonly summary: string;
  }[];
  readonly differences: readonly ReproductionDifference[];
  /** How the two models answer the same rows of the test block; null where they are identical or can't be compared. */
  readonly answers: {
    readonly rows: number;
    readonly maxDifference: number;
    /** Rows that are decided otherwise. */
    readonly otherDecisions: number;
  } | null;
  /** Why it did not come to a model. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** One sentence for people. */
  readonly reason: string;
}
