import type { ArtifactRef } from './artifact.ts';
import type { Estimate } from './evidence.ts';
import type { Overfitting } from './overfitting.ts';
import type { Recipe } from './recipe.ts';
import { OBJECTIVES, type Objective, type SearchedRecipe, type Setting } from './search.ts';
import type { Series } from './series.ts';
import type { TrainModelResult } from './training.ts';

/** What a trial changes in the recipe, by path. */
export type Settings = Readonly<Record<string, Setting>>;

/** Of the trials still in the running, the best `trials` are scored on the newest `folds` folds. */
export interface Rung {
  readonly trials: number;
  readonly folds: number;
}

/** Trials that run against one another, rung by rung. */
export interface Bracket {
  /** Positions in the plan's settings. */
  readonly members: readonly number[];
  readonly rungs: readonly Rung[];
}

/** Everything that a search will try, settled before the first trial. */
export interface SearchPlan {
  readonly settings: readonly Settings[];
  readonly brackets: readonly Bracket[];
  /** Where settings change which bars have features; null where all trials have the same rows. */
  readonly ground: CommonGround | null;
}

/** Bars on which every trial of a search has features, and none its test block. */
export interface CommonGround {
  readonly fromBar: number;
  readonly beforeBar: number;
  readonly embargoBars: number;
}

/** What a trial's models said of rows that they had not seen, joined over its folds. */
export interface TrialScore {
  /** By the search's objective; null where it is not defined. */
  readonly value: number | null;
  /** Folds whose test rows were scored; 0 of a training, which is scored on its own validation rows. */
  readonly folds: number;
  readonly rows: number;
  readonly mcc: Estimate;
  readonly directionalAuc: Estimate;
  readonly logLoss: number;
  readonly trades: number;
  /** Of the after-costs backtest, compounded. */
  readonly netReturn: number;
  /** Mean over deviation of the backtest's net returns per bar; null without trades. */
  readonly sharpePerBar: number | null;
}

/** What tried a configuration: a trial of a search, a training, an evaluation over folds. */
export type TrialOrigin = 'search' | 'training' | 'evaluation';

/** What the registry's history keeps of a trial. */
export interface TrialRecord {
  /** Missing in earlier records, which are of searches. */
  readonly origin?: TrialOrigin;
  readonly recipe: string;
  readonly settings: Settings;
  /** SHA-256 (hex) of all that makes the trial's model, data and folds left out: the same one tried again is one trial. */
  readonly configuration: string;
  readonly objective: Objective;
  readonly score: TrialScore;
  readonly artifact: ArtifactRef;
}

/** One line of a search's table: the widest scoring of a trial, or why there is none. */
export type TrialRow = {
  /** Counted from 1, in the order of drawing. */
  readonly trial: number;
  readonly settings: Settings;
} & (
  | {
      readonly ok: true;
      readonly score: TrialScore;
      readonly cached: boolean;
      readonly artifact: ArtifactRef;
    }
  | { readonly ok: false; readonly folds: number; readonly error: { code: string; message: string } }
);

export interface SearchInput {
  readonly series: Series;
  readonly recipe: SearchedRecipe;
  /** Only bars closed by then are used; null: all that are closed. */
  readonly asOfTime: number | null;
  /** Whether the winner's version is offered for promotion. */
  readonly offer: boolean;
  readonly actor: string;
  /** Trials at once. */
  readonly maxWorkers: number;
}

/** One trial on one rung. */
export interface TrialInput {
  readonly series: Series;
  readonly snapshot: ArtifactRef;
  readonly recipe: SearchedRecipe;
  readonly settings: Settings;
  readonly folds: number;
  readonly ground: CommonGround | null;
  readonly actor: string;
}

export interface TrialResult {
  readonly artifact: ArtifactRef;
  readonly cached: boolean;
  readonly score: TrialScore;
}

export interface SearchResult {
  readonly series: string;
  readonly recipe: string;
  readonly objective: Objective;
  /** The best first, those that failed last. */
  readonly trials: readonly TrialRow[];
  /** Number of the trial that was trained. */
  readonly best: number;
  /** What choosing the best is worth; null where too few trials or bars were scored to say. Missing in earlier searches. */
  readonly overfitting?: Overfitting | null;
  /** Holds the table and the plot. */
  readonly search: ArtifactRef;
  readonly training: TrainModelResult;
}

/** What the query `progress` of `searchRecipe` answers. */
export interface SearchProgress {
  readonly series: string;
  readonly stage: 'preparing' | 'searching' | 'training';
  /** Scorings of trials: all, done, and those among them that failed. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly best: { readonly trial: number; readonly value: number } | null;
}

/** The recipe as a trial has it; the search itself is left out. */
export function trialRecipe({ search: _, ...recipe }: SearchedRecipe, settings: Settings): Recipe {
  let changed: Recipe = recipe;
  for (const [path, value] of Object.entries(settings)) changed = withValue(changed, path.split('.'), value);
  return changed;
}

/**
 * The best first. Scores count only among those on equally many folds, so wider ones stand before narrower ones; then the
 * objective decides, then the order of drawing. Without a value after those with one, failures last.
 */
export function rankTrials(rows: readonly TrialRow[], objective: Objective): TrialRow[] {
  const sign = OBJECTIVES[objective].better === 'higher' ? -1 : 1;
  const standing = (row: TrialRow) => (row.ok ? (row.score.value === null ? 1 : 0) : 2);
  const value = (row: TrialRow) => (row.ok ? (row.score.value ?? 0) : 0);
  return rows.toSorted(
    (a, b) =>
      standing(a) - standing(b) ||
      foldsOf(b) - foldsOf(a) ||
      sign * (value(a) - value(b)) ||
      a.trial - b.trial,
  );
}

function foldsOf(row: TrialRow): number {
  return row.ok ? row.score.folds : row.folds;
}

function withValue<T extends object>(at: T, [key, ...rest]: readonly string[], value: Setting): T {
  const inner = (at as Record<string, unknown>)[key];
  return { ...at, [key]: rest.length === 0 ? value : withValue(inner as object, rest, value) };
}
