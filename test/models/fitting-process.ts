import { findEstimator } from '../../models/estimators/index.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { CLASSES, LONG_FIT, learnableDataset, trainWith } from './fixtures.ts';

/** Fits into the folder of its argument, a line of output per round. */
await findEstimator('lightgbm').fit({
  dataset: learnableDataset(2_000, 4),
  train: trainWith(LONG_FIT),
  task: 'direction3',
  classes: CLASSES,
  folder: process.argv[2],
  workFolder: `${process.argv[2]}.work`,
  libraries: { lightgbm: lightgbmLibrary() },
  signal: new AbortController().signal,
  onProgress: ({ round }) => console.log(round),
});
