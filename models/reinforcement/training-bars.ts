import { BLOCKS, type Dataset } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';

/** The bars that a policy may be trained on. */
export interface TrainingBars {
  /** Bars at whose close an episode may begin: those of training rows with a full window. */
  readonly starts: Int32Array;
  /** No bar from here on is seen or filled at: the bar of the first row that validates or tests. */
  readonly endBar: number;
}

const TRAIN = BLOCKS.indexOf('train');

/**
 * Episodes begin at training rows and may run on over rows without a block (purged for their label, unlabelled): what a
 * policy learns from is the bars it is played on, and those end before the first evaluated row. Training rows after it
 * are left out.
 * @param steps bars of a window
 * @throws AlphaloomError TRAINING_FAILED where no episode could take a step
 */
export function trainingBars({ bar, block }: Dataset, steps: number): TrainingBars {
  const firstEvaluated = block.findIndex(value => value > TRAIN);
  const endRow = firstEvaluated < 0 ? block.length : firstEvaluated;
  const rows = Int32Array.from(block.keys()).filter(
    row => block[row] === TRAIN && row >= steps - 1 && row + 1 < endRow,
  );
  if (rows.length > 0) return { starts: rows.map(row => bar[row]), endBar: bar[endRow - 1] + 1 };
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `No training row has ${steps} rows up to it and a bar to trade on before the first validation row. ` +
      'Take a longer history, or fewer steps.',
    { steps, rows: block.length },
  );
}
