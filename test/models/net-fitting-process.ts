import { TASK_CLASSES } from '../../contracts/tasks.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import { trainWith } from './fixtures.ts';
import { delayedCopy, KILLED_FIT } from './net-training.ts';

/** Fits into the folder of its argument, with its checkpoints beside it; a line when the first step is done. */
const estimator = findEstimator('gru');
await estimator.fit({
  dataset: delayedCopy(400, 2),
  task: 'direction3',
  classes: TASK_CLASSES.direction3,
  train: trainWith(estimator.parseParams(KILLED_FIT), { estimator: 'gru' }),
  folder: process.argv[2],
  workFolder: `${process.argv[2]}.work`,
  libraries: {},
  signal: new AbortController().signal,
  onProgress: ({ round }) => console.log(round),
});
