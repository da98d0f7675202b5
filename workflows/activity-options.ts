import type { ActivityOptions } from '@temporalio/workflow';

/** A crashed worker is noticed after this long without a heartbeat. */
const HEARTBEAT_TIMEOUT = '10s';

/**
 * Timeouts and retries by kind of work. Wrong input never retries: activities throw it as non-retryable.
 * Cancelling waits for the activity to have ended, so that "cancelled" is true when it is said.
 */
export const ACTIVITY_OPTIONS = {
  /** A transaction in the registry. */
  registry: {
    startToCloseTimeout: '30s',
    retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 10 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Reading, computing and writing an artifact. */
  compute: {
    startToCloseTimeout: '30m',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Fitting a model: as long as it takes while it gives a sign of life. */
  fit: {
    startToCloseTimeout: '24h',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 5 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Asking another workflow and awaiting its answer. */
  ask: {
    startToCloseTimeout: '1h',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
} as const satisfies Record<string, ActivityOptions>;

export type KindOfWork = keyof typeof ACTIVITY_OPTIONS;
