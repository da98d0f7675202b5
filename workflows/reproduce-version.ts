import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { TrainingActivities } from '../activities/training-activities.ts';
import { siblingQueue } from '../contracts/queues.ts';
import type { Reproduction, ReproductionInput } from '../contracts/reproduction.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';
import { tagSeries } from './search-attributes.ts';

/** Trains a version once more from what its package says, and compares. Nothing is registered. */
export async function reproduceVersion(input: ReproductionInput): Promise<Reproduction> {
  tagSeries(input.series);
  const training = proxyActivities<TrainingActivities>({
    ...ACTIVITY_OPTIONS.fit,
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'training'),
    summary: `v${input.version} once more`,
  });
  return await training.reproduceVersion(input);
}
