import { runInProcess } from '../../models/workers/worker-process.ts';

/** Prints the id of a child process that is in a call without end. */
const module = new URL('./worker-process-module.ts', import.meta.url);
const signal = new AbortController().signal;
await runInProcess<number, never>(module, { kind: 'block' }, pid => console.log(pid), signal);
