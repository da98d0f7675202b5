import { parentPort, workerData } from 'node:worker_threads';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { portable, type WorkerMessage } from '../workers/worker-thread.ts';
import type { BoostingJob, FitJob, FitResult } from './boosting-job.ts';
import { type Booster, TREE_LEARNERS } from './learners.ts';
import { freeing } from './native-library.ts';

try {
  say({ kind: 'done', result: answer(workerData as BoostingJob) });
} catch (error) {
  say({ kind: 'failed', error: portable(error) });
}

function answer(job: BoostingJob): FitResult | Float64Array {
  if (job.kind === 'fit') return fit(job);
  const { library, modelText, x, rows, groups } = job;
  return TREE_LEARNERS[job.learner].scores(library, modelText, x, rows, groups);
}

function fit(job: FitJob): FitResult {
  return freeing(native => trainRounds(TREE_LEARNERS[job.learner].open(job, native), job));
}

/** Rounds until the last, or until `patience` rounds in a row brought no better validation loss. */
function trainRounds(booster: Booster, { rounds, patience, keep }: FitJob): FitResult {
  const losses: number[] = [];
  const started = performance.now();
  let best = { round: 0, loss: Number.POSITIVE_INFINITY, trees: 0 };
  for (let round = 1; round <= rounds && round - best.round <= patience; round += 1) {
    const loss = trainRound(booster, round);
    losses.push(loss);
    if (loss < best.loss) best = { round, loss, trees: booster.rounds() };
    const secondsLeft = (((performance.now() - started) / round) * (rounds - round)) / 1_000;
    const progress = { round, rounds, loss, bestRound: best.round, bestLoss: best.loss, secondsLeft };
    say({ kind: 'progress', progress });
  }
  const kept = keep === 'best' ? best : { round: losses.length, trees: booster.rounds() };
  const modelText = booster.modelText(kept.trees);
  const gains = [...booster.gains(kept.trees, modelText)];
  return { modelText, keptRound: kept.round, losses, gains };
}

/** Validation loss after one more round. */
function trainRound(booster: Booster, round: number): number {
  booster.update();
  const loss = booster.validationMetric();
  if (Number.isFinite(loss)) return loss;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    `The validation loss of round ${round} is ${loss}. Lower learning_rate, or raise the L2 penalty.`,
    { round },
  );
}

function say(message: WorkerMessage<FitProgress, FitResult | Float64Array>): void {
  parentPort!.postMessage(message);
}
