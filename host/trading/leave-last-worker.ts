import type { Client } from '@temporalio/client';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Log } from '../log.ts';
import { tradingWorkflowId } from './trading-calls.ts';

/** Of the server's enumeration: a worker has it. */
const STARTED = 2;
/** Longer than that the server itself waits for nobody. */
const DEADLINE_MS = 2_000;

/**
 * Workflows of accounts were last worked on by another process, and one process alone trades: the server would wait for that
 * one, a second with each next task and two with what it had in hand. Its tasks are for whoever asks first now, what it had in
 * hand failed. Where the server can't be told, both come by themselves after that time.
 */
export async function leaveLastWorker(
  client: Client,
  accounts: readonly AccountRecord[],
  log: Log,
): Promise<void> {
  const trading = accounts.filter(({ state }) => state !== 'stopped');
  await Promise.all(
    trading.map(async ({ account }) => {
      try {
        await client.withDeadline(Date.now() + DEADLINE_MS, () =>
          leaveWorkflow(client, tradingWorkflowId(account)),
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.debug({ account, reason }, 'its workflow may wait for the worker before this one');
      }
    }),
  );
}

async function leaveWorkflow({ workflowService, options }: Client, workflowId: string): Promise<void> {
  const { namespace } = options;
  const execution = { workflowId };
  const [{ pendingActivities }] = await Promise.all([
    workflowService.describeWorkflowExecution({ namespace, execution }),
    workflowService.resetStickyTaskQueue({ namespace, execution }),
  ]);
  const started = (pendingActivities ?? []).filter(({ state }) => state === STARTED);
  const message = 'The worker that had this in hand trades no more.';
  await Promise.all(
    started.map(({ activityId }) =>
      workflowService.respondActivityTaskFailedById({
        namespace,
        workflowId,
        activityId,
        failure: { message, applicationFailureInfo: { type: 'LEASE_LOST' } },
      }),
    ),
  );
}
