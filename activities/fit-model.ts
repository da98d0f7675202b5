import type { ArtifactRef } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { REPORT_FILES } from '../datasets/report-file.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { halveValidation } from '../datasets/validation-halves.ts';
import type { Estimator, FitSummary } from '../models/estimators/estimator.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { estimatorLibraries } from './native-libraries.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { withTimeLeft } from './time-left.ts';

interface Input {
  readonly snapshot: ArtifactRef;
  readonly dataset: ArtifactRef;
  readonly recipe: Recipe;
}

/** Trains the recipe's estimator. A killed fit goes on or starts again, and ends in the same bytes. */
export function fitModel(rooms: Rooms) {
  const { artifacts, clock, platform } = rooms;
  return asStep(async ({ snapshot, dataset, recipe }: Input, { signal, report }) => {
    const estimator = estimatorOf(recipe.train);
    if (!estimator.tasks.includes(recipe.task)) {
      const { path } = await artifacts.load(dataset);
      refuseTask(estimator, recipe, path(REPORT_FILES.markdown));
    }
    const { libraries, builds } = await estimatorLibraries(rooms, estimator);
    const holdsOut = decidesByRows(estimator, recipe);
    const { path: pathInSnapshot, result: frozen } = await artifacts.load<SnapshotFacts>(snapshot);
    const inputs = {
      dataset: dataset.inputHash,
      task: recipe.task,
      train: recipe.train,
      holdsOut,
      ...(estimator.trades && { costs: recipe.costs, market: frozen.marketKind }),
      library: estimator.library,
      builds,
      platform,
      code: STEP_VERSIONS.fit,
    };
    const saved = await artifacts.save<FitSummary>('fit', inputs, async (folder, workFolder) => {
      const { path, result } = await artifacts.load<DatasetFacts>(dataset);
      const whole = await readDataset(path(DATASET_FILE));
      return await estimator.fit({
        dataset: holdsOut ? halveValidation(whole, result.report.embargoBars).stopping : whole,
        task: recipe.task,
        classes: TASK_CLASSES[recipe.task],
        train: recipe.train,
        folder,
        workFolder,
        libraries,
        ...(estimator.trades && {
          market: {
            candles: await readSnapshot(pathInSnapshot(SNAPSHOT_FILE)),
            labels: recipe.labels,
            costs: recipe.costs,
            market: frozen.marketKind,
          },
        }),
        signal,
        onProgress: withTimeLeft(report, clock.monotonicMs),
      });
    });
    const { bestRound, rounds, bestLoss } = saved.result;
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `best round ${bestRound} of ${rounds}, validation loss ${bestLoss.toFixed(4)}`,
    };
  });
}

/** Whether half of the validation rows is kept from the fit, to calibrate and to set thresholds by. */
export function decidesByRows({ calibrates }: Estimator, { decision, task }: Recipe): boolean {
  return calibrates && (decision.calibrate || decision.thresholds === 'fitted' || task === 'return');
}

function refuseTask({ name, tasks }: Estimator, { task }: Recipe, datasetReport: string): never {
  throw new AlphaloomError(
    'MODEL_UNSUPPORTED',
    `The estimator ${name} can't learn the task ${task}, only ${tasks.join(', ')}; its dataset is made (report: ${datasetReport}). ` +
      'Choose another task or estimator.',
    { estimator: name, task, tasks, datasetReport },
  );
}
