import type { ArtifactRef } from './artifact.ts';
import type { FoldReport } from './dataset.ts';
import type { Evidence, SharpeEvidence } from './evidence.ts';
import type { Recipe } from './recipe.ts';
import type { Series } from './series.ts';
import type { FoldSpec } from './split.ts';
import type { Stability } from './stability.ts';
import type { Settings } from './trials.ts';

export interface EvaluationInput {
  readonly series: Series;
  readonly recipe: Recipe;
  /** What was changed in the recipe of that name, by path. */
  readonly changes?: Settings;
  readonly folds: FoldSpec;
  /** Only bars closed by then are used; null: all that are closed. */
  readonly asOfTime: number | null;
  readonly actor: string;
  /** Folds at once. */
  readonly maxWorkers: number;
}

/** How the model of one fold did on its own test rows. */
export interface FoldScore extends FoldReport {
  readonly fold: number;
  /** Of combinatorial folds: the groups that it tests, counted from 1. */
  readonly groups: readonly number[] | null;
  readonly mcc: number;
  readonly directionalAuc: number | null;
  readonly logLoss: number;
  /** Of the after-costs backtest; null of combinatorial folds, whose rows do not follow one another. */
  readonly backtest: {
    readonly trades: number;
    readonly netReturn: number;
    readonly sharpePerBar: number | null;
  } | null;
}

/** One way to walk through all rows, every row answered by a model that had not seen it. */
export interface PathScore extends BriefFigures {
  /** Counted from 1. */
  readonly path: number;
}

/** What was decided and earned, without intervals. */
export interface BriefFigures {
  readonly mcc: number;
  readonly directionalAuc: number | null;
  readonly logLoss: number;
  readonly trades: number;
  /** After costs, compounded. */
  readonly netReturn: number;
  readonly maxDrawdown: number;
  /** Null without trades. */
  readonly sharpePerBar: number | null;
}

/** How a number varies over the paths on which it is defined. */
export interface Spread {
  readonly paths: number;
  readonly mean: number;
  /** Sample deviation (n − 1); null of a single path. */
  readonly deviation: number | null;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Share of the paths on which it is above 0. */
  readonly positive: number;
}

export interface PathSpreads {
  readonly mcc: Spread;
  readonly directionalAuc: Spread | null;
  readonly netReturn: Spread;
  readonly sharpePerBar: Spread | null;
}

/** What a recipe is worth on rows that its models had not seen: `evaluation.json`. */
export interface Evaluation {
  readonly series: string;
  readonly recipe: string;
  readonly folds: FoldSpec;
  /** Rows that were answered, all before the model's own test block. */
  readonly rows: number;
  readonly fromTime: number;
  readonly toTime: number;
  readonly foldScores: readonly FoldScore[];
  /** Of walk-forward: the joined record scored as any block, and by its slices. */
  readonly record:
    | (Pick<Evidence, 'metrics' | 'baseline' | 'intervals' | 'bootstrap' | 'backtest'> & {
        readonly stability: Stability;
      })
    | null;
  /** Of combinatorial folds. */
  readonly paths: { readonly scores: readonly PathScore[]; readonly spreads: PathSpreads } | null;
}

export interface EvaluationResult extends Evaluation {
  /**
   * Of walk-forward's returns, or of the path with the median ratio: how much of it luck explains, by all that was tried for
   * the series.
   */
  readonly sharpe: SharpeEvidence;
  /** Holds `evaluation.json` and the predictions, `predictions.arrow`. */
  readonly artifact: ArtifactRef;
  readonly cached: boolean;
}

/** What the query `progress` of `evaluateRecipe` answers. */
export interface EvaluationProgress {
  readonly series: string;
  readonly stage: 'preparing' | 'fitting' | 'scoring';
  readonly total: number;
  readonly done: number;
}
