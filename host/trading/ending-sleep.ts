import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, ms; an abort ends the wait, and is no fault of it. */
export async function endingSleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
