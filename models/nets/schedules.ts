/** Learning rates over a training: pure functions of step or epoch and of a small state that a checkpoint can hold. */

interface Cosine {
  readonly peak: number;
  /** What is reached after the last step. */
  readonly floor: number;
  readonly warmUpSteps: number;
  readonly steps: number;
}

/**
 * Rises in a line to `peak` over the warm-up, then falls along half a cosine to `floor` (Loshchilov and Hutter 2017).
 * @param step the step about to be made, from 1
 */
export function cosineRate(step: number, { peak, floor, warmUpSteps, steps }: Cosine): number {
  if (step <= warmUpSteps) return (peak * step) / warmUpSteps;
  const progress = Math.min(1, (step - warmUpSteps) / Math.max(1, steps - warmUpSteps));
  return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

interface Plateau {
  /** What the rate is multiplied with. */
  readonly factor: number;
  /** Epochs without a better loss that are let pass. */
  readonly patience: number;
  /** The share by which a loss must be under the best to count as better. */
  readonly threshold: number;
  readonly floor: number;
}

export interface PlateauState {
  readonly rate: number;
  /** Null before the first epoch. */
  readonly bestLoss: number | null;
  readonly badEpochs: number;
}

/** Lowers the rate when the validation loss has not fallen for more than `patience` epochs, as PyTorch’s ReduceLROnPlateau. */
export function afterEpoch(
  state: PlateauState,
  loss: number,
  { factor, patience, threshold, floor }: Plateau,
): PlateauState {
  const isBetter = state.bestLoss === null || loss < state.bestLoss * (1 - threshold);
  const bestLoss = isBetter ? loss : state.bestLoss;
  const badEpochs = isBetter ? 0 : state.badEpochs + 1;
  if (badEpochs <= patience) return { rate: state.rate, bestLoss, badEpochs };
  return { rate: Math.max(floor, state.rate * factor), bestLoss, badEpochs: 0 };
}
