import type { ActivityOptions } from '@temporalio/workflow';

/** A crashed worker is noticed after this long without a heartbeat. */
const HEARTBEAT_TIMEOUT = '10s';

/** Far more than anybody kills by hand; a step that itself kills its worker must end some day. */
const KILLED_WORKERS = 100;

/**
 * Timeouts and retries by kind of work. Wrong input never retries, and a fault only a few times: activities throw
 * them as non-retryable. What passes by itself (a busy store, a full disk) is tried without end.
 * Cancelling waits for the activity to have ended, so that "cancelled" is true when it is said.
 */
export const ACTIVITY_OPTIONS = {
  /** A transaction in the registry. */
  registry: {
    startToCloseTimeout: '30s',
    retry: { initialInterval: '1s', maximumInterval: '10s' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Reading, computing and writing an artifact. */
  compute: {
    startToCloseTimeout: '30m',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: KILLED_WORKERS },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Asking a venue: a first history may take long, while it gives a sign of life. */
  fetch: {
    startToCloseTimeout: '4h',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 3 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Fitting a model: as long as it takes while it gives a sign of life. */
  fit: {
    startToCloseTimeout: '24h',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: KILLED_WORKERS },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Asking another workflow and awaiting its answer. */
  ask: {
    startToCloseTimeout: '1h',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '30s' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
} as const satisfies Record<string, ActivityOptions>;

export type KindOfWork = keyof typeof ACTIVITY_OPTIONS;
