import type { Recipe } from '../../../contracts/recipe.ts';
import type { Task } from '../../../contracts/tasks.ts';
import type { WindowTable } from '../../../features/window.ts';
import type { FitState, Tensors } from '../training/fit-state.ts';
import type { NetRows } from '../training/net-rows.ts';
import type { NetModel } from './net-model.ts';

/** What `net-worker.ts` is asked to do. */
export type NetJob = NetFitJob | NetScoreJob;

export interface NetFitJob {
  readonly kind: 'fit';
  readonly estimator: string;
  readonly library: string;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly featureNames: readonly string[];
  readonly train: Recipe['train'];
  /** How much rows of each class are to count. */
  readonly classWeights: readonly number[];
  /** Targets in their own unit. */
  readonly training: NetRows;
  readonly validation: NetRows;
  readonly workFolder: string;
}

export interface NetScoreJob {
  readonly kind: 'score';
  readonly folder: string;
  readonly windows: WindowTable;
}

export interface NetFitResult {
  readonly model: NetModel;
  readonly state: FitState;
  /** Weights and running statistics of the epoch with the lowest validation loss, and of the last one. */
  readonly best: Tensors;
  readonly last: Tensors;
  readonly dims: Readonly<Record<string, readonly number[]>>;
}
