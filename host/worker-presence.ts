import { AlphaloomError } from '../contracts/errors.ts';
import { type Queue, queueName } from '../contracts/queues.ts';
import type { TemporalConnection } from './temporal-connection.ts';

/** A worker that has not polled for this long is gone (the server's long poll lasts a minute). */
const POLLER_AGE_MS = 90_000;

/**
 * Work without a worker would wait without end and without a word.
 * @throws AlphaloomError WORKER_MISSING naming the queues
 */
export async function requireWorkers(
  { client, namespace }: TemporalConnection,
  homeId: string,
  queues: readonly Queue[],
): Promise<void> {
  const missing: string[] = [];
  for (const queue of queues) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queueName(queue, homeId) },
      // Activities and workflows have queues of the same name; each of ours serves activities.
      taskQueueType: 2,
    });
    const fresh = (pollers ?? []).some(
      poller => Date.now() - Number(poller.lastAccessTime?.seconds ?? 0) * 1_000 < POLLER_AGE_MS,
    );
    if (!fresh) missing.push(queue);
  }
  if (missing.length === 0) return;
  throw new AlphaloomError(
    'WORKER_MISSING',
    `No worker takes work from: ${missing.join(', ')}. Run up, or worker ${missing[0]}.`,
    { missing },
  );
}
