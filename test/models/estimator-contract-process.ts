import type { Recipe } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import { contractDataset, librariesOf } from './estimator-contract-data.ts';
import { trainWith } from './fixtures.ts';

interface Input {
  readonly estimator: string;
  readonly task: Task;
  readonly params: Recipe['train']['params'];
  readonly rows: number;
  readonly folder: string;
  readonly workFolder: string;
}

/** Fits as its argument says, a line of output per progress. */
const { estimator: name, task, params, rows, folder, workFolder } = JSON.parse(process.argv[2]) as Input;
const estimator = findEstimator(name);
const train = trainWith(params, { estimator: name });
await estimator.fit({
  dataset: contractDataset(task, rows, estimator.steps(train)),
  ...{ train, task, classes: TASK_CLASSES[task], folder, workFolder },
  libraries: librariesOf(estimator),
  signal: new AbortController().signal,
  onProgress: ({ round }) => console.log(round),
});
