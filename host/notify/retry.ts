import type { DeliveryFault } from './channels/channel.ts';

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
/** A receiver that asks for more is not believed. */
const LONGEST_ASKED_MS = 3_600_000;
/** What is older is no news: a channel that was away this long starts with what is new. */
const OLDEST_MS = 86_400_000;

/**
 * How long to wait before a message is sent again, ms; null: never. A fault that can't pass is not tried again, nor is what
 * is a day old; delays double up to five minutes, and are never shorter than the receiver asked for.
 */
export function retryDelay(fault: DeliveryFault, attempts: number, ageMs: number): number | null {
  if (!fault.passing || ageMs > OLDEST_MS) return null;
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return Math.max(delay, Math.min(fault.retryAfterMs ?? 0, LONGEST_ASKED_MS));
}
