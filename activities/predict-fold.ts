import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef, Json, StepResult } from '../contracts/artifact.ts';
import { type Candles, sliceCandles } from '../contracts/candles.ts';
import type { Dataset } from '../contracts/dataset.ts';
import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { MarketKind } from '../contracts/series.ts';
import type { FoldSpec } from '../contracts/split.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import type { CommonGround } from '../contracts/trials.ts';
import { blockRows, rowsOfBlock } from '../datasets/block-rows.ts';
import { halveValidation } from '../datasets/validation-halves.ts';
import type { FoldAnswers } from '../evaluation/folds/out-of-fold.ts';
import type { PredictFold } from '../evaluation/folds/walk-forward.ts';
import type { History } from '../evaluation/history.ts';
import { calibrate } from '../models/decision/calibration.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { readColumns, writeColumns } from '../storage/arrow/column-file.ts';
import type { Running } from './activity.ts';
import { decideFit } from './decide-fit.ts';
import { decidesByRows } from './fit-model.ts';
import { estimatorLibraries } from './native-libraries.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { withTimeLeft } from './time-left.ts';

const PREDICTIONS_FILE = 'predictions.arrow';

/** What folds are made of, beside their number. */
export interface FoldInputs {
  readonly dataset: ArtifactRef;
  readonly recipe: Recipe;
  readonly spec: FoldSpec;
  readonly ground: CommonGround | null;
}

/** Predictions of one fold as a search's walk through all of them asks for them. */
export async function foldPredictor(
  rooms: Rooms,
  of: FoldInputs,
  history: Pick<History, 'candles' | 'embargoBars'>,
  market: MarketKind,
  running: Running,
): Promise<PredictFold> {
  const make = await foldMaker(rooms, of, history, market, running);
  return async (dataset, fold) => await readFold(rooms.artifacts, (await make(() => dataset, fold)).artifact);
}

/**
 * Fits folds with the recipe's estimator, and decides their answers as a served model's are. What a fold says of its test
 * rows is an artifact, named by what the fold is made of; so a killed trial goes on with the fold it was at, and one that
 * gets further folds fits only those. The models themselves are not kept.
 */
export async function foldMaker(
  rooms: Rooms,
  of: FoldInputs,
  { candles, embargoBars }: Pick<History, 'candles' | 'embargoBars'>,
  market: MarketKind,
  { signal, report }: Running,
): Promise<(dataset: () => Dataset, fold: number) => Promise<StepResult>> {
  const { recipe } = of;
  const { train, task } = recipe;
  const estimator = estimatorOf(train);
  const { libraries } = await estimatorLibraries(rooms, estimator);
  const common = await foldHash(rooms, of);
  const steps = estimator.steps(train);

  const fitAndAsk = async (dataset: Dataset, folder: string, workFolder: string): Promise<FoldAnswers> => {
    await estimator.fit({
      dataset: decidesByRows(estimator, recipe) ? halveValidation(dataset, embargoBars).stopping : dataset,
      task,
      classes: TASK_CLASSES[task],
      train,
      folder,
      workFolder,
      libraries,
      ...(estimator.trades && {
        market: {
          candles: barsBeforeTest(candles, dataset),
          labels: recipe.labels,
          costs: recipe.costs,
          market,
        },
      }),
      signal,
      onProgress: withTimeLeft(report, rooms.clock.monotonicMs),
    });
    const { calibration, decision } = await decideFit(
      { estimator, folder, libraries, signal },
      dataset,
      embargoBars,
      recipe,
    );
    const scores = await estimator.scores(
      folder,
      blockRows(dataset, 'test', steps).windows,
      libraries,
      signal,
    );
    // As served: in float32.
    const answers = Float32Array.from(calibration ? calibrate(scores, calibration) : scores);
    const probabilities = decidedProbabilities(task, answers, decision);
    return { probabilities, predicted: decideClasses(task, probabilities, decision) };
  };

  return async (dataset, fold) => {
    return await rooms.artifacts.save('fold', { ...common, fold }, async (folder, workFolder) => {
      const fitFolder = await emptyFolder(join(workFolder, 'fit'));
      try {
        const answers = await fitAndAsk(dataset(), fitFolder, join(workFolder, 'checkpoints'));
        await writeAnswers(join(folder, PREDICTIONS_FILE), answers);
        return { rows: answers.predicted.length };
      } finally {
        await rm(fitFolder, { recursive: true, force: true });
      }
    });
  };
}

/** What a fold says of its test rows. */
export async function readFold(artifacts: ArtifactStore, fold: ArtifactRef): Promise<FoldAnswers> {
  const { path } = await artifacts.load(fold);
  return await readAnswers(path(PREDICTIONS_FILE));
}

/** Whoever learns by trading must not see the bars that the fold is judged on. */
function barsBeforeTest(candles: Candles, dataset: Dataset): Candles {
  return sliceCandles(candles, 0, dataset.bar[rowsOfBlock(dataset, 'test')[0]]);
}

/** What a killed fit left there says nothing. */
async function emptyFolder(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  return path;
}

/** Everything that decides a fold's predictions, beside its number. */
export async function foldHash(rooms: Rooms, { dataset, recipe, spec, ground }: FoldInputs) {
  const estimator = estimatorOf(recipe.train);
  const { builds } = await estimatorLibraries(rooms, estimator);
  const inputs = {
    dataset: dataset.inputHash,
    task: recipe.task,
    train: recipe.train,
    decision: recipe.decision,
    ...((recipe.task === 'return' || estimator.trades) && { costs: recipe.costs }),
    ...(recipe.weights && { weights: recipe.weights }),
    ...(recipe.filter && { filter: recipe.filter }),
    folds: spec,
    ground: ground && { ...ground },
    library: estimator.library,
    builds,
    platform: rooms.platform,
    code: STEP_VERSIONS.fold,
  };
  return inputs satisfies Json;
}

/** A column per class and the chosen class; a row per test row. */
async function writeAnswers(path: string, { probabilities, predicted }: FoldAnswers): Promise<void> {
  const rows = predicted.length;
  const classes = probabilities.length / rows;
  const columns = new Map<string, Float32Array | Int8Array>([['predicted', predicted]]);
  for (let k = 0; k < classes; k++) {
    const ofClass = Float32Array.from({ length: rows }, (_, row) => probabilities[row * classes + k]);
    columns.set(`class_${k}`, ofClass);
  }
  await writeColumns(path, { columns, metadata: new Map([['format', 'alphaloom.predictions/1']]) });
}

async function readAnswers(path: string): Promise<FoldAnswers> {
  const [predicted, ...perClass] = [...(await readColumns(path)).columns.values()];
  const rows = predicted.length;
  const probabilities = new Float32Array(rows * perClass.length);
  for (const [k, column] of perClass.entries())
    for (let row = 0; row < rows; row++) probabilities[row * perClass.length + k] = Number(column[row]);
  return { probabilities, predicted: predicted as Int8Array };
}
