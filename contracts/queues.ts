/**
 * Task queues, one line each. `training` does the heavy work; `registry` runs the workflows and the short activities
 * that move champions; `collection` asks venues; `trading` runs the accounts' workflows and all of their steps, in one process
 * that holds the ledger's lease.
 */
export const QUEUES = {
  registry: 'workflows, registry, offers',
  training: 'snapshots, datasets, fits, validation',
  collection: 'candles from venues, materialised features',
  trading: 'workflows and steps of accounts, orders',
} as const;

export type Queue = keyof typeof QUEUES;

/** A queue carries its home's id, so that no worker ever takes the work of a home whose files it can't see. */
export function queueName(queue: Queue, homeId: string): string {
  return `${queue}@${homeId}`;
}

/** From inside a workflow, whose own queue names the home. */
export function siblingQueue(ownQueue: string, queue: Queue): string {
  return queueName(queue, ownQueue.slice(ownQueue.indexOf('@') + 1));
}

/** A visibility query: a home's running workflows, whose histories new code must be able to go on with. */
export function openWorkflows(homeId: string): string {
  const queues = (['registry', 'trading'] as const).map(queue => `"${queueName(queue, homeId)}"`);
  return `ExecutionStatus = "Running" AND TaskQueue IN (${queues.join(', ')})`;
}
