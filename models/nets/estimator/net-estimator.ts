import { AlphaloomError } from '../../../contracts/errors.ts';
import type { FitProgress } from '../../../contracts/training.ts';
import { type BlockRows, blockRows } from '../../../datasets/block-rows.ts';
import type { WindowTable } from '../../../features/window.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { classWeightsOf } from '../../estimators/class-weights.ts';
import type { Estimator, FitInput, FitSummary, Libraries } from '../../estimators/estimator.ts';
import { requireFitted } from '../../estimators/fitted-contract.ts';
import { requireRows, requireTwoClasses } from '../../estimators/training-rows.ts';
import type { ModelContract } from '../../onnx/contract.ts';
import type { ScoreGraph } from '../../onnx/score-graph.ts';
import { runInProcess } from '../../workers/worker-process.ts';
import { runInThread } from '../../workers/worker-thread.ts';
import { exportScores } from '../score-export.ts';
import type { NetRows } from '../training/net-rows.ts';
import { readNetFit, readWeights, writeNetFit } from './net-fit-file.ts';
import type { NetFitJob, NetFitResult, NetScoreJob } from './net-job.ts';
import type { NetKind } from './net-kind.ts';
import { inputsOf, netOf } from './net-model.ts';

const WORKER = new URL('./net-worker.ts', import.meta.url);
const LIBRARY = `onnxruntime-node ${packageJson.dependencies['onnxruntime-node']}`;

/** Nothing stops the scoring of a fit. */
const NEVER = new AbortController().signal;

/**
 * Trains a net on ONNX Runtime, a checkpoint after each epoch: a killed fit goes on from its last one. In a child process,
 * which ends at once whatever step it is in, and gives back all its memory.
 */
export function netEstimator(kind: NetKind): Estimator {
  return {
    name: kind.name,
    tasks: ['direction3', 'approve2', 'return'],
    library: LIBRARY,
    needs: [],
    parityTolerance: 1e-5,
    calibrates: true,
    parseParams: params => ({ ...kind.parse(params) }),
    steps: ({ params }) => kind.parse(params).steps,
    fit: input => fit(kind, input),
    scores,
    scoreGraph: (folder, contract) => scoreGraph(kind, folder, contract),
    importance: async () => null,
  };
}

async function fit(kind: NetKind, input: FitInput): Promise<FitSummary> {
  const { folder, signal, onProgress } = input;
  const result = await runInProcess<FitProgress, NetFitResult>(
    WORKER,
    fitJob(kind, input),
    onProgress,
    signal,
  );
  await writeNetFit(folder, result);
  const { epoch, best } = result.state;
  return { rounds: epoch, bestRound: best!.epoch, bestLoss: best!.loss };
}

function fitJob(kind: NetKind, input: FitInput): NetFitJob {
  const { dataset, task, classes, train, workFolder } = input;
  const { steps, imbalance } = kind.parse(train.params);
  if (task !== 'return') requireOneMind(imbalance, train.classWeights);
  const training = blockRows(dataset, 'train', steps);
  const validation = blockRows(dataset, 'validation', steps);
  const classWeights = classWeightsOf(train.classWeights, training.label, classes.length);
  requireRows(training.rows, validation.rows);
  if (task !== 'return') {
    requireTwoClasses(training.label, classes);
    requireJudges(validation, classWeights);
  }
  return {
    kind: 'fit',
    ...{ estimator: kind.name, library: LIBRARY, task, classes, train, classWeights, workFolder },
    featureNames: dataset.featureNames,
    training: netRows(training),
    validation: netRows(validation),
  };
}

function netRows({ windows, label, target, weight }: BlockRows): NetRows {
  return { windows, label: Int32Array.from(label), target, weight };
}

/** Calibration undoes the class weights of the recipe: they must be what the net was trained with. */
function requireOneMind(imbalance: string, classWeights: string): void {
  if (imbalance !== 'none' || classWeights === 'none') return;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `train.params.imbalance is none, but train.classWeights is ${classWeights}: set classWeights to none, or imbalance to ` +
      'weights, focal or sampling.',
    { problems: [{ path: 'train.params.imbalance', value: imbalance, allowed: 'weights, focal, sampling' }] },
  );
}

/** @throws AlphaloomError TRAINING_FAILED where all validation rows are of classes that weigh nothing */
function requireJudges({ label }: BlockRows, classWeights: readonly number[]): void {
  if (label.some(k => classWeights[k] > 0)) return;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    'No validation row has a class that training rows have: there is nothing to stop by. Use more bars, or other labels.',
  );
}

/** By the training's own evaluation. */
async function scores(
  folder: string,
  windows: WindowTable,
  _libraries: Libraries,
  signal = NEVER,
): Promise<Float64Array> {
  const job: NetScoreJob = { kind: 'score', folder, windows };
  return await runInThread<never, Float64Array>(WORKER, job, () => {}, signal);
}

async function scoreGraph(kind: NetKind, folder: string, contract: ModelContract): Promise<ScoreGraph> {
  const model = await readNetFit(folder);
  requireFitted(contract, model, model.steps);
  return exportScores(netOf(kind, model), inputsOf(model), await readWeights(folder));
}
