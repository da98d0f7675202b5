import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import type { StartedWork } from '../../activities/rooms.ts';
import { sha256 } from '../../artifacts/input-hash.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { LiveTradingInput } from '../../contracts/live-trading.ts';
import type { TradingAnswer, TradingMessageName, TradingMessagePayload } from '../../contracts/messages.ts';
import { queueName } from '../../contracts/queues.ts';
import type { AccountClock, TradingStatus } from '../../contracts/trading.ts';
import { explainTemporalErrors } from '../temporal-errors.ts';
import { describeIfRunning, requireOwn } from '../temporal-workflows.ts';

/**
 * A crashed worker's workflow goes on with the next one after about a second instead of ten. Where recorded bars are played nobody
 * waits for that, and a task holds many closes: on a busy machine one that ran out would begin all of them anew, again and again. Messages come between
 * two tasks: they wait for most of one.
 */
const WORKFLOW_TASK_TIMEOUT = { real: '2s', replay: '5s' } as const;

/** Codes of gRPC that pass by themselves: DEADLINE_EXCEEDED, FAILED_PRECONDITION, ABORTED, UNAVAILABLE. */
const PASSING: ReadonlySet<number> = new Set([4, 9, 10, 14]);
/** A question waits for the task that is under way, five seconds at most; without a worker nobody answers. */
const STATUS_MS = 6_000;
const UPDATE_ATTEMPTS = 10;
const UPDATE_PAUSE_MS = 1_000;

/** How accounts are started and told things: the part of the orchestrator that trades. */
export function createTradingCalls(client: Client, homeId: string) {
  const taskQueue = queueName('trading', homeId);
  return {
    startTrading: (input: LiveTradingInput, clock: AccountClock['kind']) =>
      explainTemporalErrors(async (): Promise<StartedWork> => {
        const workflowId = tradingWorkflowId(input.account);
        await requireOwn(client, workflowId, taskQueue);
        try {
          await client.workflow.start<(input: LiveTradingInput) => Promise<unknown>>('liveTrading', {
            workflowId,
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: 'FAIL',
            workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT[clock],
          });
          return { workflowId, joined: false };
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, joined: true };
          throw error;
        }
      }),
    askTrading: <Name extends TradingMessageName>(
      account: string,
      message: Name,
      payload: TradingMessagePayload<Name> & { operationId: string },
    ) =>
      explainTemporalErrors(async (): Promise<TradingAnswer> => {
        const workflowId = tradingWorkflowId(account);
        await requireOwn(client, workflowId, taskQueue);
        const update = () =>
          client.workflow.getHandle(workflowId).executeUpdate<TradingAnswer, [unknown]>(message, {
            args: [payload],
            updateId: sha256(`${message} ${payload.operationId}`).slice(0, 32),
          });
        for (let attempt = 1; ; attempt++) {
          try {
            return await update();
          } catch (error) {
            if (error instanceof WorkflowNotFoundError) throw notTrading(account);
            if (!isPassing(error) || attempt === UPDATE_ATTEMPTS) throw error;
            await sleep(UPDATE_PAUSE_MS);
          }
        }
      }),
    tradingStatus: (account: string) =>
      explainTemporalErrors(async (): Promise<TradingStatus | null> => {
        const workflowId = tradingWorkflowId(account);
        const handle = client.workflow.getHandle(workflowId);
        if ((await describeIfRunning(client, workflowId)) === null) return null;
        try {
          return await client.withDeadline(Date.now() + STATUS_MS, () =>
            handle.query<TradingStatus>('status'),
          );
        } catch (error) {
          if (error instanceof ServiceError) throw silent(account);
          throw error;
        }
      }),
    /** Resolves when the account's workflow has ended. @throws AlphaloomError what it ended with, where it failed */
    awaitTrading: (account: string) =>
      explainTemporalErrors(async () => {
        await client.workflow.getHandle(tradingWorkflowId(account)).result();
      }),
  };
}

/**
 * The server refuses a message while a worker has just been lost or another takes over; sent again it is the same message, by its
 * update's id.
 */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ServiceError) || !isGrpcServiceError(error.cause)) return false;
  return PASSING.has(error.cause.code);
}

export function tradingWorkflowId(account: string): string {
  return `trade/${account}`;
}

/** Its worker answers questions: one that has just ended, or has too much to do, does not. */
function silent(account: string): AlphaloomError {
  return new AlphaloomError(
    'WORKER_MISSING',
    `The workflow of account ${account} does not answer: its worker has ended, is starting, or is overloaded. See status.`,
    { account },
  );
}

function notTrading(account: string): AlphaloomError {
  return new AlphaloomError(
    'ACCOUNT_STOPPED',
    `Account ${account} does not trade: no workflow of it runs. Start it: trade start ${account}.`,
    { account },
  );
}
