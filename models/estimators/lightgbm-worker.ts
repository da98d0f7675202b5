import { parentPort, workerData } from 'node:worker_threads';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { type LightgbmBooster, LightgbmLibrary } from '../trees/lightgbm-library.ts';
import type { FitJob, FitResult, LightgbmJob, ScoreJob } from './lightgbm-job.ts';
import { isCancelled, portable, trainingCancelled, type WorkerMessage } from './worker-thread.ts';

try {
  const job = workerData as LightgbmJob;
  say({ kind: 'done', result: job.kind === 'fit' ? fit(job) : score(job) });
} catch (error) {
  say({ kind: 'failed', error: portable(error) });
}

function fit(job: FitJob): FitResult {
  const { params, featureNames } = job;
  const library = new LightgbmLibrary(job.library);
  const native = new DisposableStack();
  try {
    const train = native.use(library.dataset({ ...job.train, featureNames }, params, null));
    const validation = native.use(library.dataset({ ...job.validation, featureNames }, params, train));
    requireRunning(job);
    const booster = native.use(library.booster(train, params));
    booster.addValidation(validation);
    return trainRounds(booster, job);
  } finally {
    native.dispose();
  }
}

/** Rounds until the last, or until `patience` rounds in a row brought no better validation loss. */
function trainRounds(booster: LightgbmBooster, job: FitJob): FitResult {
  const losses: number[] = [];
  let best = { round: 0, loss: Number.POSITIVE_INFINITY, trees: 0 };
  for (let round = 1; round <= job.rounds && round - best.round <= job.patience; round += 1) {
    requireRunning(job);
    const loss = trainRound(booster, round);
    losses.push(loss);
    if (loss < best.loss) best = { round, loss, trees: booster.rounds() };
    const progress = { round, rounds: job.rounds, loss, bestRound: best.round, bestLoss: best.loss };
    say({ kind: 'progress', progress });
  }
  return {
    modelText: booster.modelText(best.trees),
    bestRound: best.round,
    losses,
    gains: [...booster.gains(job.featureNames.length, best.trees)],
  };
}

/** Validation loss after one more round. */
function trainRound(booster: LightgbmBooster, round: number): number {
  booster.update();
  const loss = booster.validationMetric();
  if (Number.isFinite(loss)) return loss;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `The validation loss of round ${round} is ${loss}. Lower learning_rate, or raise lambda_l2.`,
    { round },
  );
}

function requireRunning({ cancel }: FitJob): void {
  if (isCancelled(cancel)) throw trainingCancelled();
}

function score({ library, modelText, x, rows, classes }: ScoreJob): Float64Array {
  const booster = new LightgbmLibrary(library).boosterFromText(modelText);
  try {
    return booster.scores(x, rows, classes);
  } finally {
    booster[Symbol.dispose]();
  }
}

function say(message: WorkerMessage<FitProgress, FitResult | Float64Array>): void {
  parentPort!.postMessage(message);
}
