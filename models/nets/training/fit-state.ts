import type { PlateauState } from '../schedules.ts';

/** Where a training stands after an epoch, beside its tensors; plain JSON. */
export interface FitState {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Steps that were tried, dropped ones too: the counter that dropout draws by. */
  readonly tried: number;
  /** Steps that were applied. */
  readonly applied: number;
  /** How often the rate was halved after an unsound step. */
  readonly halvings: number;
  readonly plateau: PlateauState;
  /** The epoch of the lowest validation loss, and that loss; null before any was sound. */
  readonly best: { readonly epoch: number; readonly loss: number } | null;
  /** Per epoch; null where it was not sound. */
  readonly losses: { readonly training: readonly Loss[]; readonly validation: readonly Loss[] };
}

type Loss = number | null;

export type Tensors = Readonly<Record<string, Float32Array>>;

/** All that a training needs to go on. */
export interface FitSnapshot {
  readonly state: FitState;
  /** Weights, moments and running statistics after the last epoch. */
  readonly last: Tensors;
  /** Weights and running statistics of the best epoch. */
  readonly best: Tensors | null;
}

export function firstState(plateau: PlateauState): FitState {
  return {
    ...{ epoch: 0, tried: 0, applied: 0, halvings: 0 },
    plateau,
    best: null,
    losses: { training: [], validation: [] },
  };
}
