import type { Client } from '@temporalio/client';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Log } from '../log.ts';
import { tradingWorkflowId } from './trading-calls.ts';

/**
 * Workflows of accounts were last worked on by another process: the server would keep their next tasks for it, a second each.
 * They are for whoever asks first now. Where the server can't be told they wait that second.
 */
export async function leaveStickyQueues(
  client: Client,
  accounts: readonly AccountRecord[],
  log: Log,
): Promise<void> {
  const trading = accounts.filter(({ state }) => state !== 'stopped');
  await Promise.all(
    trading.map(async ({ account }) => {
      const execution = { workflowId: tradingWorkflowId(account) };
      try {
        await client.workflowService.resetStickyTaskQueue({ namespace: client.options.namespace, execution });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.debug({ account, reason }, 'its workflow may wait for the worker before this one');
      }
    }),
  );
}
