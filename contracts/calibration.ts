/** What turns raw scores into calibrated probabilities: softmax((score − log weight) / temperature). */
export interface Calibration {
  /** Logarithm of how much a row of each class counted in training. */
  readonly logWeights: readonly number[];
  readonly temperature: number;
}

/** How far from the truth probabilities are, on rows that neither taught nor calibrated. */
export interface CalibrationReport extends Calibration {
  /** Expected calibration error of the raw scores' softmax, and of the calibrated one. */
  readonly errorBefore: number;
  readonly errorAfter: number;
}
