import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { AlphaloomError } from '../contracts/errors.ts';

/** On a cluster that several homes share, the workflow of that name may wait for another home's workers without end. */
export async function requireOwn(client: Client, workflowId: string, taskQueue: string): Promise<void> {
  const running = await describeIfRunning(client, workflowId);
  if (running === null || running.taskQueue === taskQueue) return;
  throw new AlphaloomError(
    'WORKFLOW_ELSEWHERE',
    `${workflowId} runs for another home (task queue ${running.taskQueue}, here ${taskQueue}). Use another namespace, or end that workflow.`,
    { workflowId, taskQueue: running.taskQueue, expected: taskQueue },
  );
}

export async function describeIfRunning(client: Client, workflowId: string) {
  try {
    const description = await client.workflow.getHandle(workflowId).describe();
    return description.status.name === 'RUNNING' ? description : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
