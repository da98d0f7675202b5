import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';

/** Work was ended because something more urgent waits; it has to be begun again. */
export class Interrupted extends Error {}

/** Runs that began before let everything wait for its turn. */
const OPERATORS_FIRST = 'operators-first';

/**
 * Does work that may wait for a busy worker, and ends it where something comes that must not wait for that.
 * @throws Interrupted once the work has ended, unless it was done by then
 */
export async function unlessInterrupted<T>(work: () => Promise<T>, isInterrupted: () => boolean): Promise<T> {
  if (!patched(OPERATORS_FIRST)) return await work();
  const scope = new CancellationScope();
  let ended = false;
  const result = scope.run(work).finally(() => {
    ended = true;
  });
  // It is awaited below; until then its failure is nobody's fault.
  result.catch(() => {});
  await condition(() => ended || isInterrupted());
  const interrupted = !ended;
  if (interrupted) scope.cancel();
  try {
    return await result;
  } catch (error) {
    if (interrupted && isCancellation(error)) throw new Interrupted('Something more urgent came.');
    throw error;
  }
}
