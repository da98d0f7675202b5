import { AlphaloomError } from '../../contracts/errors.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import type { ModelContract } from '../onnx/contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { LIGHTGBM_VERSION } from '../trees/lightgbm-library.ts';
import { parseLightgbmModel } from '../trees/lightgbm-model.ts';
import { treeScores } from '../trees/tree-onnx.ts';
import { blockTable, sharedFloats } from './block-table.ts';
import { classWeightsOf, rowWeights } from './class-weights.ts';
import type { Estimator, FeatureImportance, FitInput, FitSummary, Libraries } from './estimator.ts';
import { readLightgbmFit, readModelText, writeLightgbmFit } from './lightgbm-fit.ts';
import type { FitJob, FitResult, LightgbmJob } from './lightgbm-job.ts';
import { libraryParams, parseLightgbmParams } from './lightgbm-params.ts';
import { cancelFlag, runInThread, whileWatching } from './worker-thread.ts';

const WORKER = new URL('./lightgbm-worker.ts', import.meta.url);

/** The thread ends by its cancel flag, between native calls, and frees what it holds. */
const ITSELF = new AbortController().signal;

/**
 * Gradient-boosted trees by LightGBM's C API in a worker thread. A fit starts from round 0 whatever happened before:
 * going on with a bagged booster would give other trees.
 */
export const lightgbm: Estimator = {
  name: 'lightgbm',
  tasks: ['direction3'],
  library: `lightgbm ${LIGHTGBM_VERSION}`,
  needs: ['lightgbm'],
  parityTolerance: 5e-6,
  calibrates: true,
  parseParams: parseLightgbmParams,
  steps: () => 1,
  fit,
  scores,
  scoreGraph,
  importance,
};

async function fit(input: FitInput): Promise<FitSummary> {
  const { dataset, classes, folder, signal, onProgress } = input;
  const cancel = cancelFlag();
  const job: FitJob = { ...fitJob(input), cancel };
  const result = await whileWatching(signal, cancel, () =>
    runInThread<FitProgress, FitResult>(WORKER, job, onProgress, ITSELF),
  );
  await writeLightgbmFit(folder, result, dataset.featureNames, classes);
  return {
    rounds: result.losses.length,
    bestRound: result.bestRound,
    bestLoss: result.losses[result.bestRound - 1],
  };
}

/**
 * Class weights are those of the training rows, for the validation rows too: rounds are chosen by the loss that is
 * minimised, not by one that rewards guessing the most frequent class.
 */
function fitJob({ dataset, train, classes, libraries }: FitInput): Omit<FitJob, 'cancel'> {
  const { rounds, patience } = parseLightgbmParams(train.params);
  const training = blockTable(dataset, 'train');
  const validation = blockTable(dataset, 'validation');
  requireRows(training.label.length, validation.label.length);
  const weights = classWeightsOf(train.classWeights, training.label, classes.length);
  return {
    kind: 'fit',
    library: libraries.lightgbm!,
    params: libraryParams(train, classes.length),
    featureNames: dataset.featureNames,
    rounds,
    patience,
    train: { ...training, weight: rowWeights(training, weights) },
    validation: { ...validation, weight: rowWeights(validation, weights) },
  };
}

function requireRows(training: number, validation: number): void {
  if (training > 0 && validation > 0) return;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `LightGBM needs rows to train and to validate on, got ${training} and ${validation}.`,
    { training, validation },
  );
}

async function scores(folder: string, windows: WindowTable, libraries: Libraries): Promise<Float64Array> {
  const { classes } = await readLightgbmFit(folder);
  const rows = windows.ends.length;
  const x = sharedFloats(rows * windows.features);
  copyWindows(windows, 0, rows, x);
  const job: LightgbmJob = {
    kind: 'score',
    library: libraries.lightgbm!,
    modelText: await readModelText(folder),
    x,
    rows,
    classes: classes.length,
  };
  return await runInThread<never, Float64Array>(WORKER, job, () => {}, ITSELF);
}

async function scoreGraph(folder: string, contract: ModelContract): Promise<ScoreGraph> {
  const model = parseLightgbmModel(await readModelText(folder));
  const { featureNames, classes } = await readLightgbmFit(folder);
  requireSame('feature names', contract.featureNames, featureNames);
  requireSame('classes', contract.classes, classes);
  requireSame(
    'size',
    [contract.steps, model.features, model.classes],
    [1, featureNames.length, classes.length],
  );
  return treeScores(model);
}

function requireSame(what: string, contract: readonly unknown[], fitted: readonly unknown[]): void {
  if (JSON.stringify(contract) === JSON.stringify(fitted)) return;
  throw new AlphaloomError(
    'MODEL_UNSUPPORTED',
    `The model was asked for with ${what} ${contract.join(', ')}, and was fitted with ${fitted.join(', ')}.`,
    { what, contract, fitted },
  );
}

async function importance(folder: string): Promise<FeatureImportance> {
  const { featureNames, gains } = await readLightgbmFit(folder);
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return featureNames.map((feature, at) => {
    const gain = gains[at];
    return { feature, gain, share: total > 0 ? gain / total : 0 };
  });
}
