import type { ArtifactRef } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { REPORT_FILES } from '../datasets/report-file.ts';
import type { Estimator } from '../models/estimators/estimator.ts';
import { findEstimator } from '../models/estimators/index.ts';
import { asStep } from './activity.ts';
import { DATASET_FILE } from './label-dataset.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

interface Input {
  readonly dataset: ArtifactRef;
  readonly recipe: Recipe;
}

/** Trains the recipe's estimator. A killed fit starts again and ends in the same bytes. */
export function fitModel({ artifacts, lightgbmLibrary, platform }: Rooms) {
  return asStep(async ({ dataset, recipe }: Input, { signal, report }) => {
    const estimator = findEstimator(recipe.train.estimator);
    if (!estimator.tasks.includes(recipe.task)) {
      const { path } = await artifacts.load(dataset);
      refuseTask(estimator, recipe, path(REPORT_FILES.markdown));
    }
    const library = await lightgbmLibrary();
    const inputs = {
      dataset: dataset.inputHash,
      task: recipe.task,
      train: recipe.train,
      library: estimator.library,
      build: library.sha256,
      platform,
      code: STEP_VERSIONS.fit,
    };
    const saved = await artifacts.save('fit', inputs, async folder => {
      const { path } = await artifacts.load(dataset);
      return await estimator.fit({
        dataset: await readDataset(path(DATASET_FILE)),
        train: recipe.train,
        classes: TASK_CLASSES[recipe.task],
        folder,
        libraries: { lightgbm: library.path },
        signal,
        onProgress: report,
      });
    });
    const { bestRound, rounds, bestLoss } = saved.result as {
      bestRound: number;
      rounds: number;
      bestLoss: number;
    };
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `best round ${bestRound} of ${rounds}, validation loss ${bestLoss.toFixed(4)}`,
    };
  });
}

function refuseTask({ name, tasks }: Estimator, { task }: Recipe, datasetReport: string): never {
  throw new AlphaloomError(
    'MODEL_UNSUPPORTED',
    `The estimator ${name} can't learn the task ${task}, only ${tasks.join(', ')}; its dataset is made (report: ${datasetReport}). ` +
      'Choose another task or estimator.',
    { estimator: name, task, tasks, datasetReport },
  );
}
