/** How often and how patiently a venue is asked again. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const VENUE_RETRIES: RetryPolicy = { attempts: 6, firstDelayMs: 500, maxDelayMs: 30_000 };

/** Doubling delays, each spread over its upper half, so that those who failed together do not come back together. */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const delay = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** attempt);
  return delay * (0.5 + 0.5 * random);
}
