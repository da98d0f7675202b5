import { AlphaloomError } from '../../contracts/errors.ts';

/** @throws AlphaloomError TRAINING_FAILED where a block has no rows */
export function requireRows(training: number, validation: number): void {
  if (training > 0 && validation > 0) return;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `A model needs rows to train and to validate on, got ${training} and ${validation}. Use more history or another split.`,
    { training, validation },
  );
}

/** @throws AlphaloomError DATASET_ONE_CLASS where all training rows are of one class */
export function requireTwoClasses(label: ArrayLike<number>, classes: readonly string[]): void {
  for (let row = 1; row < label.length; row += 1) if (label[row] !== label[0]) return;
  const only = classes[label[0]];
  throw new AlphaloomError(
    'DATASET_ONE_CLASS',
    `All ${label.length} training rows are ${only}: nothing can be learnt. Choose other labels or a longer history.`,
    { class: only, rows: label.length },
  );
}
