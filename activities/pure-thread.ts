import { parentPort, workerData } from 'node:worker_threads';
import { portable } from '../models/workers/worker-thread.ts';
import { PURE_FUNCTIONS } from './pure-functions.ts';

const { name, args } = workerData as { name: keyof typeof PURE_FUNCTIONS; args: readonly unknown[] };
const work = PURE_FUNCTIONS[name] as (...args: readonly unknown[]) => unknown;
try {
  parentPort?.postMessage({ kind: 'done', result: await work(...args) });
} catch (error) {
  parentPort?.postMessage({ kind: 'failed', error: portable(error) });
}
