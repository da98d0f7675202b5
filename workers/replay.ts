import type { Client } from '@temporalio/client';
import { type ReplayHistoriesIterable, Worker } from '@temporalio/worker';
import { AlphaloomError } from '../contracts/errors.ts';
import { openWorkflows } from '../contracts/queues.ts';
import { dataConverter } from './data-converter.ts';
import { workflowBundle } from './workflow-bundle.ts';

/**
 * Replays the histories of a home's open workflows against today's code, before workers take them over.
 * @throws AlphaloomError HISTORY_INCOMPATIBLE naming the workflows
 */
export async function replayOpenHistories(client: Client, homeId: string): Promise<number> {
  const open = client.workflow.list({
    query: openWorkflows(homeId),
  });
  return await replayHistories(open.intoHistories({ concurrency: 4 }));
}

export async function replayHistories(histories: ReplayHistoriesIterable): Promise<number> {
  const failed: { workflowId: string; message: string }[] = [];
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: await workflowBundle(), dataConverter },
    histories,
  )) {
    replayed++;
    if (error) failed.push({ workflowId, message: error.message });
  }
  if (failed.length === 0) return replayed;
  throw new AlphaloomError(
    'HISTORY_INCOMPATIBLE',
    `${failed.length} running workflow(s) do not replay on this code: ${failed.map(({ workflowId }) => workflowId).join(', ')}. Finish or end them with the version that started them.`,
    { failed },
  );
}
