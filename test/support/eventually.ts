import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Waits until a condition holds; throws with `what` after `ms`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Within ${ms / 1_000} s it did not happen that ${what}.`);
    await sleep(POLL_MS);
  }
}
