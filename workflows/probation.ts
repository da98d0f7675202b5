import { ActivityFailure, proxyActivities, TimeoutFailure, uuid4, workflowInfo } from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry-activities.ts';
import type { TrainingActivities } from '../activities/training-activities.ts';
import { type LifecycleAnswer, type LifecycleOperation, REVIEWER } from '../contracts/messages.ts';
import { siblingQueue } from '../contracts/queues.ts';
import type { Series } from '../contracts/series.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';

const registry = proxyActivities<RegistryActivities>(ACTIVITY_OPTIONS.registry);

/** Operators and offers must not wait behind a review that nobody asked for until a worker has done its trainings. */
const PATIENCE = '2m';

/** A review that nobody asked for. */
export function dueReview(series: Series): LifecycleOperation {
  return { message: 'review', series, operationId: `review/${uuid4()}`, actor: REVIEWER };
}

/** How long until a champion is reviewed by itself, ms; null where it is not. */
export async function timeToReview(series: Series): Promise<number | null> {
  const { everyMs } = await registry.reviewPeriod({ series });
  return everyMs;
}

/** Looks at the champion and the one before it, and does what follows. */
export async function reviewChampion(operation: LifecycleOperation): Promise<LifecycleAnswer> {
  const { operationId, actor } = operation;
  const isByItself = actor === REVIEWER;
  const training = proxyActivities<TrainingActivities>({
    ...ACTIVITY_OPTIONS.compute,
    ...(isByItself && { scheduleToStartTimeout: PATIENCE }),
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'training'),
    summary: 'the champion against the one before it',
  });
  for (;;) {
    try {
      const outcome = await training.reviewChampion(operation);
      if ('answer' in outcome) return outcome.answer;
      const settled = await registry.settleReview({ ...operation, review: outcome.review });
      // Else the champion moved meanwhile: there is another to look at.
      if (!('moved' in settled)) return settled;
    } catch (error) {
      if (!isByItself || !isUnstarted(error)) throw error;
      const reason = 'No worker was free to look; it is tried again next time.';
      return { message: 'review', operationId, outcome: 'kept', reason, champion: null };
    }
  }
}

function isUnstarted(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
