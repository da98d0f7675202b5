import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Looks again and again for something to tell. */
export interface Watch {
  readonly name: string;
  readonly everyMs: number;
  look(): Promise<void>;
  close?(): Promise<void>;
}

/** What a watch does at each look. */
export type Look = Pick<Watch, 'look'>;

/** Until the signal; a look that fails is told once and done again. */
export async function runWatch(
  { name, everyMs, look }: Watch,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let trouble: string | null = null;
  while (!signal.aborted) {
    try {
      await look();
      trouble = null;
    } catch (error) {
      const { message } = error as Error;
      if (message !== trouble) log.warn({ watch: name, error: message }, 'could not look');
      trouble = message;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}
