import {
  ActivityFailure,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  TimeoutFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry-activities.ts';
import type { TrainingActivities } from '../activities/training-activities.ts';
import {
  type LifecycleAnswer,
  type LifecycleOperation,
  type MessageName,
  REVIEWER,
} from '../contracts/messages.ts';
import { siblingQueue } from '../contracts/queues.ts';
import type { Series } from '../contracts/series.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';
import { describeFailure } from './failure.ts';
import { unlessInterrupted } from './interruption.ts';

const registry = proxyActivities<RegistryActivities>(ACTIVITY_OPTIONS.registry);

/** Operators and offers must not wait behind a review that nobody asked for until a worker has done its trainings. */
const PATIENCE = '2m';

/** A review that nobody asked for. */
export function dueReview(series: Series): LifecycleOperation {
  return { message: 'review', series, operationId: `review/${uuid4()}`, actor: REVIEWER };
}

/** Where it can't be found out now when a review is due. */
export const ASK_AGAIN = '1h';

/**
 * When a champion is reviewed by itself (epoch ms), null for never. Null altogether where that can't be found out, which must
 * not end the series' queue.
 */
export async function timeOfReview(series: Series): Promise<{ readonly time: number | null } | null> {
  try {
    const { everyMs } = await registry.reviewPeriod({ series });
    return { time: everyMs === null ? null : Date.now() + everyMs };
  } catch (error) {
    if (isCancellation(error)) throw error;
    setCurrentDetails(`It can’t be told when a review is due: ${describeFailure(error).message}`);
    return null;
  }
}

/** Runs that began before set the time anew after each of these, whatever came of it. */
const STEADY_REVIEWS = 'steady-reviews';
const PERHAPS_MOVES: ReadonlySet<MessageName> = new Set(['offer', 'promote', 'rollback', 'review']);
const MOVED: ReadonlySet<string> = new Set(['promoted', 'rolled back']);

/**
 * Whether the time to the next review counts from now: one has been, or there is another champion. An offer that moved
 * nothing leaves it, else a series that is trained every night would never be reviewed.
 * @param outcome of what was asked; null where it could not be carried out
 */
export function setsReviewAnew({ message }: LifecycleOperation, outcome: string | null): boolean {
  if (!patched(STEADY_REVIEWS)) return PERHAPS_MOVES.has(message);
  return message === 'review' || (outcome !== null && MOVED.has(outcome));
}

/** Looks at the champion and the one before it, and does what follows. */
export async function reviewChampion(
  operation: LifecycleOperation,
  isUrged: () => boolean,
): Promise<LifecycleAnswer> {
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
      const outcome = await unlessInterrupted(() => training.reviewChampion(operation), isUrged);
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
