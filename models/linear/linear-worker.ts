import { parentPort, workerData } from 'node:worker_threads';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { portable, type WorkerMessage } from '../workers/worker-thread.ts';
import { type LinearRows, lossAt } from './linear-problem.ts';
import { solveLinear } from './newton.ts';
import { type Scaling, scalingOf } from './scaling.ts';

/** Rows over memory that threads share. */
export interface LinearJob {
  readonly train: LinearRows;
  readonly validation: LinearRows;
  readonly classes: number;
  readonly l2: number;
  readonly iterations: number;
}

export interface LinearResult {
  readonly scaling: Scaling;
  /** `[free scores, features + 1]` */
  readonly beta: Float64Array;
  /** Validation loss after each step, without the penalty. */
  readonly losses: readonly number[];
}

try {
  say({ kind: 'done', result: fit(workerData as LinearJob) });
} catch (error) {
  say({ kind: 'failed', error: portable(error) });
}

function fit({ train, validation, classes, l2, iterations }: LinearJob): LinearResult {
  const scaling = scalingOf(train.windows);
  const losses: number[] = [];
  const beta = solveLinear({ rows: train, scaling, classes, l2 }, iterations, reached => {
    const loss = lossAt({ rows: validation, scaling, classes, l2: 0 }, reached);
    const round = losses.push(loss);
    if (!Number.isFinite(loss)) throw lossNotFinite(loss, round);
    say({
      kind: 'progress',
      progress: { round, rounds: iterations, loss, bestRound: round, bestLoss: loss },
    });
  });
  return { scaling, beta, losses };
}

function lossNotFinite(loss: number, round: number): AlphaloomError {
  return new AlphaloomError(
    'TRAINING_FAILED',
    `The validation loss of step ${round} is ${loss}: a weight or value is not finite, or all weights are 0.`,
    { round },
  );
}

function say(message: WorkerMessage<FitProgress, LinearResult>): void {
  parentPort!.postMessage(message);
}
