import { parentPort, workerData } from 'node:worker_threads';
import { portable, type WorkerMessage } from '../workers/worker-thread.ts';
import { fitPolicy } from './fit-policy.ts';
import type { PpoJob, PpoProgress, PpoResult } from './ppo-job.ts';
import { scoreWindows } from './score-windows.ts';

try {
  say({ kind: 'done', result: await work(workerData as PpoJob) });
} catch (error) {
  say({ kind: 'failed', error: portable(error) });
}

async function work(job: PpoJob): Promise<PpoResult> {
  if (job.kind === 'scores') return scoreWindows(job.policy, job.windows);
  return await fitPolicy(job.input, {
    onProgress: ({ state: { history, bestIteration }, step, steps }) =>
      say({ kind: 'progress', progress: { history, bestIteration, step, steps } }),
  });
}

function say(message: WorkerMessage<PpoProgress, PpoResult>): void {
  parentPort!.postMessage(message);
}
