import type { Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type LifecycleAnswer, type LifecycleOperation, REVIEWER } from '../contracts/messages.ts';
import type { Review } from '../contracts/probation.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { asActivity } from './activity.ts';
import { createOperationLog } from './operation-log.ts';
import { answeredReview, PROBATION, type ProbationDetail } from './probation-events.ts';
import { requirePromotable } from './promotable.ts';
import type { Rooms } from './rooms.ts';

type Settlement = LifecycleOperation & { readonly review: Review };

/** When a champion is reviewed, and what follows from a review. */
export function createProbationActivities(rooms: Rooms) {
  const { registry } = rooms;
  const log = createOperationLog(registry);
  return {
    /** How long from now to the next review by itself; null where there is nothing to review, or it is switched off. */
    reviewPeriod: asActivity(async ({ series }: { series: Series }) => {
      const { reviewEveryHours } = rooms.lifecycle;
      const isWanted = reviewEveryHours > 0 && (await log.champion(series)) !== null;
      return { everyMs: isWanted ? reviewEveryHours * HOUR_MS : null };
    }),

    settleReview: asActivity(async (operation: Settlement): Promise<LifecycleAnswer | { moved: true }> => {
      const { series, operationId, review } = operation;
      const id = seriesId(series);
      const settled = await answeredReview(registry, id, operationId);
      if (settled) return settled;
      const obstacle = speaksForPrevious(review) ? await obstacleToRollback(rooms, id, review) : null;
      const isRolledBack = speaksForPrevious(review) && obstacle === null;
      const reason = obstacle === null ? review.reason : `${review.reason} ${obstacle}`;
      if (isRolledBack) {
        try {
          await log.move(operation, {
            kind: 'rollback',
            from: review.champion.version,
            to: review.previous!.version,
            reason,
            detail: { probation: review.verdict },
          });
        } catch (error) {
          if (error instanceof AlphaloomError && error.code === 'CHAMPION_CONFLICT') return { moved: true };
          throw error;
        }
      }
      const answer: LifecycleAnswer = {
        message: 'review',
        operationId,
        outcome: isRolledBack ? 'rolled back' : 'kept',
        reason,
        champion: await log.champion(series),
        review,
      };
      const detail: ProbationDetail = { reason, review, answer };
      if (await saysSomething(rooms, id, operation, detail)) {
        await log.record(
          { ...operation, version: review.champion.version },
          PROBATION,
          detail as unknown as Json,
          PROBATION,
        );
      }
      return answer;
    }),
  };
}

const HOUR_MS = 3_600_000;

function speaksForPrevious({ verdict }: Review): boolean {
  return verdict === 'faulty' || verdict === 'worse';
}

/** Why the version before can't take over although the review speaks for it. */
async function obstacleToRollback(rooms: Rooms, series: string, review: Review): Promise<string | null> {
  const { previous, champion } = review;
  if (previous === null) {
    return `There is no champion before v${champion.version} to go back to: train and promote another.`;
  }
  if (previous.fault) {
    return `v${previous.version} can’t take over: ${previous.fault.message} Train and promote another.`;
  }
  if (await rooms.registry.isPaused(series)) {
    return `The series is paused, so nothing was moved: resume it, or roll back by hand.`;
  }
  try {
    await requirePromotable(rooms, await rooms.registry.get(series, previous.version));
    return null;
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return `v${previous.version} can’t take over: ${error.message}`;
  }
}

/** What somebody asked for, a look, and whatever is new are kept; that all is as it was the day before is not. */
async function saysSomething(
  { registry }: Rooms,
  series: string,
  { actor }: LifecycleOperation,
  { review, reason }: ProbationDetail,
): Promise<boolean> {
  if (actor !== REVIEWER || review.look !== null) return true;
  if (review.verdict !== 'faulty' && review.previous?.fault == null) return false;
  const events = await registry.events(series);
  const last = events.findLast(({ kind }) => kind === PROBATION);
  return (last?.detail as unknown as ProbationDetail | undefined)?.reason !== reason;
}
