import { ApplicationFailure, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { OfferStanding, RegistryActivities } from '../activities/registry-activities.ts';
import type { TrainingActivities } from '../activities/training-activities.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { Look } from '../contracts/comparison.ts';
import type { OfferDecision, RuleResult } from '../contracts/evidence.ts';
import type {
  LifecycleAnswer,
  LifecycleOperation,
  MessageName,
  VersionOperation,
} from '../contracts/messages.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';
import { unlessInterrupted } from './interruption.ts';
import { reviewChampion } from './probation.ts';

const registry = proxyActivities<RegistryActivities>(ACTIVITY_OPTIONS.registry);

/** Whether an operator waits for what must not wait: work that takes long is then put off (throws `Interrupted`). */
type IsUrged = () => boolean;

/** What each message does; one line each. */
export const LIFECYCLE_OPERATIONS: Record<
  MessageName,
  (operation: LifecycleOperation, isUrged: IsUrged) => Promise<LifecycleAnswer>
> = {
  offer: judgeOffer,
  promote: promoteByOperator,
  rollback: operation => registry.rollBack(operation),
  review: reviewChampion,
  pause: operation => registry.setPaused({ ...operation, paused: true }),
  resume: operation => registry.setPaused({ ...operation, paused: false }),
  retrain: operation => registry.startRetraining(operation),
};

/** Leaves a trace in the registry's history of a message that could not be carried out. */
export async function recordRefusal(operation: LifecycleOperation, reason: string): Promise<void> {
  await registry.recordRefusal({ ...operation, reason });
}

async function judgeOffer(operation: LifecycleOperation, isUrged: IsUrged): Promise<LifecycleAnswer> {
  for (;;) {
    const standing = await registry.describeOffer(required(operation));
    if (standing.answer) return standing.answer;
    const compared = needsComparison(standing) ? await compare(operation, standing, isUrged) : null;
    const { decision, reason } = decide(standing, compared?.rule ?? null);
    const settled = await registry.settleOffer({
      ...required(operation),
      decision,
      reason,
      champion: standing.champion,
      comparison: compared?.artifact ?? null,
      look: compared?.look ?? null,
    });
    // Else the champion moved since the comparison: its numbers no longer answer the question.
    if (!('moved' in settled)) return settled;
  }
}

/** An operator's word: what nobody should wait for behind a comparison that waits for a worker. */
export const URGENT: ReadonlySet<MessageName> = new Set(['promote', 'rollback', 'pause', 'resume']);

async function promoteByOperator(operation: LifecycleOperation): Promise<LifecycleAnswer> {
  return await registry.promoteVersion(required(operation));
}

function required(operation: LifecycleOperation): VersionOperation {
  if (operation.version === undefined) throw ApplicationFailure.nonRetryable('A version is needed.', 'USAGE');
  return { ...operation, version: operation.version };
}

/** A first champion is looked at too; series that were asked before that was so go on as they began. */
function needsComparison(standing: OfferStanding): boolean {
  return hardAnswer(standing) === null && (standing.champion !== null || patched('look-at-first-champion'));
}

async function compare(
  { series }: LifecycleOperation,
  { version, champion }: OfferStanding,
  isUrged: IsUrged,
): Promise<{ artifact: ArtifactRef; rule: RuleResult; look: Look | null }> {
  const { compareWithChampion } = proxyActivities<TrainingActivities>({
    ...ACTIVITY_OPTIONS.compute,
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'training'),
    summary: `v${version} against ${champion === null ? 'the constant baseline' : `v${champion}`}`,
  });
  return await unlessInterrupted(
    () => compareWithChampion({ series, candidate: version, champion }),
    isUrged,
  );
}

/** The answer, from what stands in the registry and the comparison's rule. */
export function decide(
  standing: OfferStanding,
  rule: RuleResult | null,
): { decision: OfferDecision; reason: string } {
  const hard = hardAnswer(standing);
  if (hard !== null) return hard;
  if (rule !== null && rule.outcome !== 'pass') return { decision: 'kept', reason: rule.reason };
  const reason = rule?.reason ?? 'It passes the gate, and there was no champion.';
  return standing.promotion === 'manual'
    ? { decision: 'awaiting approval', reason }
    : { decision: 'promoted', reason };
}

/** The answer where no comparison could change it; null where one has to be made. */
export function hardAnswer(standing: OfferStanding): { decision: OfferDecision; reason: string } | null {
  if (!standing.eligible) return { decision: 'rejected', reason: standing.failedRules.join(' ') };
  if (standing.champion === standing.version)
    return { decision: 'kept', reason: `v${standing.version} is the champion already.` };
  if (standing.rolledBack) {
    return {
      decision: 'kept',
      reason: `v${standing.version} was rolled back; only an operator can promote it again.`,
    };
  }
  if (standing.paused) return { decision: 'kept', reason: 'The series is paused.' };
  if (standing.championFault) {
    return {
      decision: 'kept',
      reason: `The champion can’t be compared with (${standing.championFault}); an operator has to roll back, or promote with a reason.`,
    };
  }
  return null;
}
