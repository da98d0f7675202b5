import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/** A crashed worker is noticed after this long without a heartbeat. */
const HEARTBEAT_TIMEOUT = '10s';

/** Trading is to be back within three seconds. */
const TRADING_HEARTBEAT = '2s';

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
  /** Asking an exchange about a close's bars, or sending its orders: what is not certain by then is settled later. */
  exchange: {
    startToCloseTimeout: '10s',
    heartbeatTimeout: TRADING_HEARTBEAT,
    retry: { initialInterval: '100ms', maximumInterval: '1s', maximumAttempts: 5 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Asking a language model: once, because whoever asks again until it approves has not asked. */
  verdict: {
    startToCloseTimeout: '10s',
    heartbeatTimeout: TRADING_HEARTBEAT,
    retry: { maximumAttempts: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** What an operator wants, written into the ledger. */
  message: {
    startToCloseTimeout: '30s',
    heartbeatTimeout: TRADING_HEARTBEAT,
    retry: { initialInterval: '100ms', maximumInterval: '5s' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
  /** Looking after what is open, from one close to the next; closing everything, while a venue may be down. */
  watch: {
    startToCloseTimeout: '26h',
    heartbeatTimeout: TRADING_HEARTBEAT,
    retry: { initialInterval: '200ms', maximumInterval: '5s' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  },
} as const satisfies Record<string, ActivityOptions>;

/** Steps of a close that never leave the machine; twice as fast as activities, run again after a crash. */
export const LOCAL_STEP = {
  startToCloseTimeout: '1s',
  retry: { initialInterval: '20ms', maximumAttempts: 3 },
} as const satisfies LocalActivityOptions;

/** The same while recorded bars are played: nobody waits, and the first step may have to read years of them. */
export const REPLAYED_STEP = {
  startToCloseTimeout: '60s',
  retry: { initialInterval: '20ms', maximumAttempts: 3 },
} as const satisfies LocalActivityOptions;

export type KindOfWork = keyof typeof ACTIVITY_OPTIONS;
