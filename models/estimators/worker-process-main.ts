import { Worker } from 'node:worker_threads';

// The module works in a thread, so that this one hears at once when the parent is gone, and then ends the whole process.
process.once('disconnect', endNow);
process.once('message', data => {
  const worker = new Worker(new URL(process.argv[2]), { workerData: data });
  worker.on('message', message => process.send!(message));
  worker.on('error', error => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exitCode = 1;
  });
  worker.on('exit', () => process.disconnect());
});
if (!process.connected) endNow();

/** An ordinary exit would wait for the native call that the thread is in. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL');
}
