import { runInThread } from '../models/workers/worker-thread.ts';
import type { PureFunctions } from './pure-functions.ts';

const THREAD = new URL('./pure-thread.ts', import.meta.url);

/**
 * Calls a pure function in a thread of its own, so that this one goes on giving signs of life and hears of cancellations;
 * an abort ends the thread at once.
 * @throws what the function throws; AlphaloomError TRAINING_CANCELLED
 */
export async function offThread<Name extends keyof PureFunctions>(
  name: Name,
  args: Parameters<PureFunctions[Name]>,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<PureFunctions[Name]>>> {
  return (await runInThread(THREAD, { name, args }, () => {}, signal)) as Awaited<
    ReturnType<PureFunctions[Name]>
  >;
}
