import { z } from 'zod';

/** How contributions of features are found: exactly along the trees, or along a straight path from a typical window. */
export const ATTRIBUTION_METHODS = ['tree-shap', 'integrated-gradients'] as const;
export type AttributionMethod = (typeof ATTRIBUTION_METHODS)[number];

/**
 * What contributions add up to: a class's log odds (the mean over the other classes of log(p / p_other): of two classes
 * exactly the log odds), or the expected log return.
 */
export const EXPLAINED_SCORES = ['log-odds', 'expected-return'] as const;
export type ExplainedScore = (typeof EXPLAINED_SCORES)[number];

/** Over the repeats; the deviation is the sample's. */
export interface MeanDeviation {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * How much worse the served model answers when one feature's values change places among the rows (Breiman 2001, "Random
 * Forests", for windows: all its values of a window together). Near 0, or below: the model can do without.
 */
export interface PermutationImportance {
  readonly block: 'test';
  /** Evenly spaced ones of the block. */
  readonly rows: number;
  readonly repeats: number;
  readonly generator: string;
  readonly seed: number;
  /** Of those rows as they are. */
  readonly logLoss: number;
  readonly mcc: number;
  /** In the model's order. */
  readonly features: readonly {
    readonly feature: string;
    readonly logLossRise: MeanDeviation;
    readonly mccFall: MeanDeviation;
  }[];
}

/** How much the features move single answers of the served model. */
export interface AttributionSummary {
  readonly method: AttributionMethod;
  readonly score: ExplainedScore;
  readonly block: 'test';
  /** Evenly spaced ones of the block. */
  readonly rows: number;
  /** Means of the training rows in the model's order, null where there are none: the typical values that paths begin at. */
  readonly baseline: readonly (number | null)[];
  /** Largest gap of a row between its contributions' sum and its score less the base, as a share of what they move. */
  readonly largestGap: number;
  /** In the model's order: mean of the absolute contributions to each score, and over all of them. */
  readonly features: readonly {
    readonly feature: string;
    readonly meanAbsolute: number;
    readonly byScore: readonly number[];
  }[];
  /** Share of what moves answers by the age of the bars it comes from, 0 being a window's last; null where it is one bar. */
  readonly bars:
    | readonly { readonly newest: number; readonly oldest: number; readonly share: number }[]
    | null;
}

/** Why a model answered as it did: `explanation` in the document of an explained prediction. */
export const explanationSchema = z.strictObject({
  method: z.enum(ATTRIBUTION_METHODS),
  /** What was taken apart: the decided class's log odds, or the expected return. */
  score: z.enum(EXPLAINED_SCORES),
  direction: z.enum(['LONG', 'SHORT', 'NO_TRADE']),
  /** The score of a typical window; with the contributions it makes the answer’s own. */
  base: z.number(),
  answer: z.number(),
  /** What is missing to that, as a share of what moves: 0 of trees, at most 0.01 wherever a path can be followed that finely. */
  gap: z.number(),
  /** The largest contribution first. A window's last value; its mean in training is what is usual. */
  features: z.array(
    z.strictObject({
      feature: z.string(),
      value: z.number().nullable(),
      usual: z.number().nullable(),
      contribution: z.number(),
    }),
  ),
  /** The same contributions by the age of the bars they come from, the newest first; null where a window is one bar. */
  bars: z
    .array(z.strictObject({ newest: z.int(), oldest: z.int(), contribution: z.number(), share: z.number() }))
    .nullable(),
});

export type Explanation = z.infer<typeof explanationSchema>;
