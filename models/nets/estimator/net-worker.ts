import { parentPort, workerData } from 'node:worker_threads';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { FitProgress } from '../../../contracts/training.ts';
import { portable, type WorkerMessage } from '../../workers/worker-thread.ts';
import { evaluated, type FitHooks, fitNet } from '../training/fit-net.ts';
import type { NetFitJob, NetFitResult, NetJob } from './net-job.ts';
import type { NetKind } from './net-kind.ts';
import { NET_KINDS } from './net-kinds.ts';
import { planOf } from './net-plan.ts';
import { scoreWindows } from './net-scoring.ts';

/** Progress is told at most this often. */
const PROGRESS_MS = 250;

try {
  const job = workerData as NetJob;
  const result = job.kind === 'fit' ? await fit(job) : await scoreWindows(job, kindOf);
  say({ kind: 'done', result });
} catch (error) {
  say({ kind: 'failed', error: portable(error) });
}

async function fit(job: NetFitJob): Promise<NetFitResult> {
  const { plan, model } = planOf(job, kindOf(job.estimator));
  const { graph } = plan;
  const { state, best, last } = await fitNet(plan, hooks());
  return {
    ...{ model, state, best: best! },
    last: evaluated(graph, last),
    dims: Object.fromEntries(graph.state.map(({ name, dims }) => [name, dims])),
  };
}

function hooks(): FitHooks {
  let toldMs = Number.NEGATIVE_INFINITY;
  return {
    onProgress: progress => {
      const now = performance.now();
      if (progress.round < progress.rounds && now - toldMs < PROGRESS_MS) return;
      toldMs = now;
      say({ kind: 'progress', progress });
    },
    monotonicMs: () => performance.now(),
  };
}

function kindOf(estimator: string): NetKind {
  const kind = NET_KINDS.get(estimator);
  if (kind) return kind;
  throw new AlphaloomError('INTERNAL', `There is no net named ${estimator}.`, { estimator });
}

function say(message: WorkerMessage<FitProgress, NetFitResult | Float64Array>): void {
  parentPort!.postMessage(message);
}
