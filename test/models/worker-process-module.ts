import { parentPort, workerData } from 'node:worker_threads';

/** A module as `runInProcess` takes it, which does what it is asked to. */
const { kind } = workerData as { kind: keyof typeof WAYS };
const WAYS = {
  answer: () => parentPort!.postMessage({ kind: 'done', result: new Float64Array(2_000_000).fill(0.5) }),
  fail: () =>
    parentPort!.postMessage({
      kind: 'failed',
      error: { code: 'TRAINING_FAILED', message: 'As asked.', details: { at: 1 } },
    }),
  /** As a native call does, it neither ends nor listens. */
  block: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  throw: () => {
    throw new Error('Nobody caught this.');
  },
  leave: () => {},
};
parentPort!.postMessage({ kind: 'progress', progress: process.pid });
WAYS[kind]();
