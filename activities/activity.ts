import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { AlphaloomError, ERROR_CODES, type ErrorCode } from '../contracts/errors.ts';

/** So often the main thread gives a sign of life and learns of a cancellation. */
const HEARTBEAT_INTERVAL_MS = 200;

/** What a step may use while it runs. */
export interface Running {
  /** Aborted when the workflow cancels, or the worker stops. */
  readonly signal: AbortSignal;
  /** Shown in the pending activity's heartbeat details. */
  report(details: unknown): void;
}

/**
 * Makes an activity of a room's work: heartbeats, and errors that Temporal understands. Wrong input never retries; a busy
 * store, a full disk or a fault does.
 */
export function asActivity<Input, Output>(
  work: (input: Input, running: Running) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async input => {
    const context = Context.current();
    let details: unknown;
    // What runs in the workflow's own process has no server to give a sign to.
    const heart = context.info.isLocal
      ? undefined
      : setInterval(() => context.heartbeat(details), HEARTBEAT_INTERVAL_MS);
    try {
      return await work(input, {
        signal: context.cancellationSignal,
        report: latest => {
          details = latest;
        },
      });
    } catch (error) {
      throw asFailure(error, context);
    } finally {
      clearInterval(heart);
    }
  };
}

/** An activity that is a step of a training: it also says how long its own work took. */
export function asStep<Input, Output extends object>(
  work: (input: Input, running: Running) => Promise<Output>,
): (input: Input) => Promise<Output & { workMs: number }> {
  return asActivity(async (input: Input, running: Running) => {
    const startedAt = performance.now();
    const output = await work(input, running);
    return { ...output, workMs: Math.round((performance.now() - startedAt) * 10) / 10 };
  });
}

/** What passes by itself, or once somebody has made room: tried again without end. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'STORE_BUSY',
  'DISK_FULL',
  'TEMPORAL_UNREACHABLE',
  'LEASE_LOST',
]);

/** A fault may pass; one that comes back so often would block whoever waits. */
const FAULT_ATTEMPTS = 5;

function asFailure(error: unknown, context: Context): unknown {
  if (context.cancellationSignal.aborted) {
    // Only the workflow's own wish ends the step; a worker that stops leaves it to the next one.
    return context.cancellationDetails?.cancelRequested
      ? new CancelledFailure('Cancelled')
      : ApplicationFailure.retryable('The worker stopped.', 'WorkerStopped');
  }
  const isFault = !(error instanceof AlphaloomError) || error.code === 'INTERNAL';
  if (isFault) {
    const message = error instanceof Error ? error.message : String(error);
    const nonRetryable = context.info.attempt >= FAULT_ATTEMPTS;
    return ApplicationFailure.create({ message, type: 'INTERNAL', nonRetryable, cause: error as Error });
  }
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !RETRYABLE.has(error.code),
    details: [{ mend: ERROR_CODES[error.code].mend, ...plain(error.details) }],
  });
}

/** Details as JSON: what can't be written is left out. */
function plain(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(details));
}
