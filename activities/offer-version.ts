import { activityInfo } from '@temporalio/activity';
import type { OfferDecision } from '../contracts/evidence.ts';
import type { Series } from '../contracts/series.ts';
import type { OfferOutcome } from '../contracts/training.ts';
import { asActivity, asStep } from './activity.ts';
import type { Rooms } from './rooms.ts';

interface Input {
  readonly series: Series;
  readonly version: number;
  readonly actor: string;
}

/** Hands a version to its series' lifecycle and waits for the answer; a retry asks under the same operation id. */
export function offerVersion({ orchestrator }: Rooms) {
  return asStep(async ({ series, version, actor }: Input) => {
    const { workflowExecution } = activityInfo();
    const operationId = `offer/${workflowExecution?.workflowId}/${workflowExecution?.runId}`;
    const answer = await orchestrator.askLifecycle(series, 'offer', { version, actor, operationId });
    const outcome: OfferOutcome = {
      decision: answer.outcome as OfferDecision,
      reason: answer.reason,
      version,
      champion: answer.champion,
      comparison: answer.comparison ?? null,
      look: (!answer.repeated && answer.look) || null,
    };
    return { cached: answer.repeated ?? false, outcome, summary: `${outcome.decision}: ${outcome.reason}` };
  });
}

/** Waits for a training that somebody else started; cancelled, it stops waiting and leaves the training alone. */
export function awaitTraining({ orchestrator }: Rooms) {
  return asActivity(async ({ workflowId }: { workflowId: string }, { signal }) => {
    const cancelled = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
    return await Promise.race([orchestrator.awaitTraining(workflowId), cancelled]);
  });
}
