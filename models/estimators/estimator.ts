import type { Candles } from '../../contracts/candles.ts';
import type { Dataset } from '../../contracts/dataset.ts';
import type { Evidence } from '../../contracts/evidence.ts';
import type { CostSpec, LabelSpec, Recipe } from '../../contracts/recipe.ts';
import type { MarketKind } from '../../contracts/series.ts';
import type { Task } from '../../contracts/tasks.ts';
import type { FitProgress } from '../../contracts/training.ts';
import type { WindowTable } from '../../features/window.ts';
import type { ModelContract } from '../onnx/contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';

/** Native libraries that estimators may load. */
export const NATIVE_LIBRARIES = ['lightgbm', 'xgboost'] as const;
export type NativeLibraryName = (typeof NATIVE_LIBRARIES)[number];

/** Paths of those that an estimator needs. */
export type Libraries = Readonly<Partial<Record<NativeLibraryName, string>>>;

/** The market that a dataset's bars are of, and how it is traded. */
export interface FitMarket {
  /** The whole snapshot: `dataset.bar` counts its bars. An estimator may use those up to the last validation label's end. */
  readonly candles: Candles;
  readonly labels: LabelSpec;
  readonly costs: CostSpec;
  readonly market: MarketKind;
}

export interface FitInput {
  /** Its block `validation` holds the rows that training may stop by, and no others. */
  readonly dataset: Dataset;
  readonly task: Task;
  /** Of the task, in the order of the label's values. */
  readonly classes: readonly string[];
  readonly train: Recipe['train'];
  /** An empty folder that belongs to this fit: its result. */
  readonly folder: string;
  /**
   * For checkpoints: the same folder whenever the same fit is tried again, so that it can go on where a killed process
   * left it. It need not exist, and is removed when the fit was saved.
   */
  readonly workFolder: string;
  readonly libraries: Libraries;
  /** Given to estimators that learn by trading. */
  readonly market?: FitMarket;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FitProgress) => void;
}

export interface FitSummary {
  /** Rounds (or epochs) that were trained. */
  readonly rounds: number;
  /** The one whose model was kept, counted from 1. */
  readonly bestRound: number;
  /** Validation loss of that round. */
  readonly bestLoss: number;
}

export type FeatureImportance = Evidence['importance'];

/** One way to learn a model from a dataset. */
export interface Estimator {
  readonly name: string;
  readonly tasks: readonly Task[];
  /** What its results depend on beside this code: library and release, part of a fit's inputs. */
  readonly library: string;
  readonly needs: readonly NativeLibraryName[];
  /** Largest difference of a probability between its own answer and the exported graph's. */
  readonly parityTolerance: number;
  /** Whether its scores are log odds that a temperature may calibrate and thresholds may cut; those of a policy are not. */
  readonly calibrates: boolean;
  /** Whether it learns by trading: its fits are given the market, and depend on costs and kind of it. */
  readonly trades?: true;
  /** Where its models look at the account too: what they want to know of it (`ModelContract.portfolio`). */
  readonly portfolio?: readonly string[];
  /**
   * A recipe's `train.params`, checked and with the defaults filled in.
   * @throws AlphaloomError RECIPE_INVALID naming each path, its value and what is allowed
   */
  parseParams(params: Recipe['train']['params']): Recipe['train']['params'];
  /** Bars per window of its models' input. */
  steps(train: Recipe['train']): number;
  /**
   * Trains on the block `train`, stops early on `validation`, writes the fit into the folder. The same input gives the
   * same bytes. Stops within a second of the signal, with nothing left running, and nothing written but checkpoints.
   * @throws AlphaloomError TRAINING_FAILED, TRAINING_CANCELLED, NATIVE_LIBRARY_MISSING, RECIPE_INVALID, DISK_FULL
   */
  fit(input: FitInput): Promise<FitSummary>;
  /**
   * The fit's raw scores `[rows, outputs]`, by the estimator's own means: softmax of them are the class probabilities before
   * calibration; in the task `return` they are the expected returns.
   * @param signal ends it; without one it goes to its end
   * @throws AlphaloomError TRAINING_CANCELLED
   */
  scores(
    folder: string,
    windows: WindowTable,
    libraries: Libraries,
    signal?: AbortSignal,
  ): Promise<Float64Array>;
  /** The same scores as ONNX. @throws AlphaloomError MODEL_UNSUPPORTED */
  scoreGraph(folder: string, contract: ModelContract): Promise<ScoreGraph>;
  /** What each feature gained the model while it learnt, in the order of the features; null where nothing is known of that. */
  importance(folder: string): Promise<FeatureImportance | null>;
}
