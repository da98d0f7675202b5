import { Worker } from 'node:worker_threads';
import type { WorkerMessage } from './worker-thread.ts';

// The module works in a thread, so that this one hears at once when the parent is gone, and then ends the whole process.
process.once('disconnect', endNow);
process.once('message', data => {
  let answered = false;
  const worker = new Worker(new URL(process.argv[2]), { workerData: data });
  worker.on('message', (message: WorkerMessage<unknown, unknown>) => {
    answered ||= message.kind !== 'progress';
    process.send!(message);
  });
  worker.on('error', error => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
  });
  worker.on('exit', () => {
    // After an answer the parent ends this process: it may still be under way to it.
    if (!answered) process.exit(1);
  });
});
if (!process.connected) endNow();

/** An ordinary exit would wait for the native call that the thread is in. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}
