import { openWorkflows } from '../contracts/queues.ts';
import { type Home, readHomeId } from './paths.ts';
import type { TemporalConnection } from './temporal-connection.ts';

/**
 * Before workers of today's code take over: replays the histories of the home's open workflows.
 * Nothing is loaded where none is open.
 * @throws AlphaloomError HISTORY_INCOMPATIBLE naming the workflows
 */
export async function replayBeforeWorkers(home: Home, { client }: TemporalConnection): Promise<void> {
  const homeId = await readHomeId(home);
  const { count } = await client.workflow.count(openWorkflows(homeId));
  if (count === 0) return;
  const [{ DefaultLogger, Runtime }, { replayOpenHistories }] = await Promise.all([
    import('@temporalio/worker'),
    import('../workers/replay.ts'),
  ]);
  // What does not replay is thrown; how the bundle was made interests nobody here.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  await replayOpenHistories(client, homeId);
}
