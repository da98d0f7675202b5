import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry-activities.ts';
import type { FleetItem, TrainModelResult } from '../contracts/training.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';
import { trainModel } from './train-model.ts';

/** A training as a child. The same one may be running already for somebody else: then that one is awaited. */
export async function runOrJoin({ workflowId, input }: FleetItem): Promise<TrainModelResult> {
  try {
    return await executeChild(trainModel, {
      workflowId,
      args: [input],
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { awaitTraining } = proxyActivities<RegistryActivities>({
      ...ACTIVITY_OPTIONS.ask,
      summary: `join ${workflowId}`,
    });
    return await awaitTraining({ workflowId });
  }
}
