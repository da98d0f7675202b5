import type { Dataset } from '../../contracts/dataset.ts';
import type { Evidence } from '../../contracts/evidence.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { Task } from '../../contracts/tasks.ts';
import type { FitProgress } from '../../contracts/training.ts';
import type { ModelContract } from '../onnx/contract.ts';

/** Paths of the native libraries that estimators load. */
export interface Libraries {
  readonly lightgbm: string;
}

export interface FitInput {
  readonly dataset: Dataset;
  readonly train: Recipe['train'];
  /** Of the task, in the order of the label's values. */
  readonly classes: readonly string[];
  /** An empty folder that belongs to this fit. */
  readonly folder: string;
  readonly libraries: Libraries;
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
  /**
   * A recipe's `train.params`, checked and with the defaults filled in.
   * @throws AlphaloomError RECIPE_INVALID naming each path, its value and what is allowed
   */
  parseParams(params: Recipe['train']['params']): Recipe['train']['params'];
  /** Bars per window of its models' input. */
  steps(train: Recipe['train']): number;
  /**
   * Trains on the block `train`, stops early on `validation`, writes the fit into the folder. The same input gives the
   * same bytes. Stops within a second of the signal, with nothing left running or written.
   * @throws AlphaloomError TRAINING_FAILED, TRAINING_CANCELLED, NATIVE_LIBRARY_MISSING, RECIPE_INVALID, DISK_FULL
   */
  fit(input: FitInput): Promise<FitSummary>;
  /** The estimator's own probabilities `[rows, classes]` of windows `x`, to compare the exported model with. */
  predict(folder: string, x: Float32Array, rows: number, libraries: Libraries): Promise<Float64Array>;
  /** @throws AlphaloomError MODEL_UNSUPPORTED */
  toOnnx(folder: string, contract: ModelContract): Promise<Uint8Array>;
  /** In the order of the features. */
  importance(folder: string): Promise<FeatureImportance>;
}
