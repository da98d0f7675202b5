import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import type { Look } from '../contracts/comparison.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence, OfferDecision } from '../contracts/evidence.ts';
import type { LifecycleAnswer, VersionOperation } from '../contracts/messages.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { seriesId } from '../contracts/series.ts';
import { readPackage } from '../inference/package.ts';
import { probeVersion } from '../inference/probe.ts';
import type { Event, MoveDetail } from '../registry/registry.ts';
import { asActivity } from './activity.ts';
import { createOperationLog } from './operation-log.ts';
import { requirePromotable, syntheticRefusal } from './promotable.ts';
import type { Rooms } from './rooms.ts';

/** All that an offer's answer depends on, beside the comparison. */
export interface OfferStanding {
  readonly version: number;
  readonly eligible: boolean;
  /** One sentence per required rule that did not pass, and why this home takes it not, if it does not. */
  readonly failedRules: readonly string[];
  readonly champion: number | null;
  readonly rolledBack: boolean;
  readonly paused: boolean;
  /** Why the champion can't be compared with: its package is damaged or no longer fits the program. */
  readonly championFault: string | null;
  readonly promotion: 'auto' | 'manual';
  /** The answer this operation was given before. */
  readonly answer: LifecycleAnswer | null;
}

interface Settlement extends VersionOperation {
  readonly decision: OfferDecision;
  readonly reason: string;
  /** The champion that the decision was taken against. */
  readonly champion: number | null;
  readonly comparison: ArtifactRef | null;
  /** What the comparison looked at; null where it did not come to that, absent where an earlier version asks. */
  readonly look?: Look | null;
}

/** What a verdict's event keeps. */
interface Verdict {
  readonly decision: OfferDecision;
  readonly reason: string;
  readonly against: number | null;
  /** Missing in verdicts of earlier versions. */
  readonly look?: Look | null;
  readonly answer: LifecycleAnswer;
}

/** Looking at an offer, and carrying out what was decided. */
export function createOfferActivities(rooms: Rooms) {
  const { registry, artifacts } = rooms;
  const log = createOperationLog(registry);
  return {
    describeOffer: asActivity(
      async ({ series, version, operationId }: VersionOperation): Promise<OfferStanding> => {
        const id = seriesId(series);
        const record = await registry.get(id, version);
        const { evidence, meta } = await readPackage(artifacts, record);
        const refusal = await syntheticRefusal(rooms, record);
        const verdict = await registry.operation(`${operationId}/${VERDICT}`);
        return {
          version,
          eligible: record.eligible && refusal === null,
          failedRules: [...(refusal ? [refusal] : []), ...unknownTraining(meta), ...failedRules(evidence)],
          champion: await log.champion(series),
          rolledBack: await registry.wasRolledBack(id, version),
          paused: await registry.isPaused(id),
          championFault: await faultOfChampion(rooms, id),
          promotion: rooms.promotionMode(series),
          answer: earlierAnswer(id, version, verdict, await registry.operation(operationId)),
        };
      },
    ),

    settleOffer: asActivity(async (operation: Settlement): Promise<LifecycleAnswer | { moved: true }> => {
      const { series, version, decision, reason, champion, comparison, look = null, operationId } = operation;
      const settled = await registry.operation(`${operationId}/${VERDICT}`);
      if (settled) return (settled.detail as unknown as Verdict).answer;
      const decided = {
        decision,
        reason,
        against: champion,
        comparison: comparison as Json,
        look: look as unknown as Json,
      };
      if (decision === 'promoted') {
        await requirePromotable(rooms, await registry.get(seriesId(series), version));
        try {
          await log.move(operation, {
            kind: 'promote',
            from: champion,
            to: version,
            reason,
            detail: decided,
          });
        } catch (error) {
          if (error instanceof AlphaloomError && error.code === 'CHAMPION_CONFLICT') return { moved: true };
          throw error;
        }
      }
      const answer: LifecycleAnswer = {
        message: 'offer',
        operationId,
        outcome: decision,
        reason,
        champion: await log.champion(series),
        comparison,
        look,
      };
      if (champion === version || saysNothingNew(await lastVerdict(rooms, operation), decided)) {
        return { ...answer, repeated: true };
      }
      await log.record(operation, VERDICT, { ...decided, answer: answer as unknown as Json }, VERDICT);
      return answer;
    }),
  };
}

/** An import whose training may have seen the bars that it is judged by. */
function unknownTraining({ imported }: PackageMeta): string[] {
  if (!imported || imported.trainedThroughTime !== null) return [];
  return ['What bars its training saw is not known: import it with --trained-through.'];
}

/** A move and its verdict are two events of one operation. */
const VERDICT = 'verdict';

/** The latest verdict on a version. */
export async function lastVerdict(
  { registry }: Rooms,
  { series, version }: VersionOperation,
): Promise<Verdict | null> {
  const events = await registry.events(seriesId(series));
  const verdict = events.findLast(event => event.kind === VERDICT && event.version === version);
  return (verdict?.detail as Verdict | undefined) ?? null;
}

/** The same training offered again and again leaves one line in the history, not many. */
function saysNothingNew(last: Verdict | null, now: Omit<Verdict, 'answer' | 'look'>): boolean {
  return (
    now.decision !== 'promoted' &&
    last?.decision === now.decision &&
    last.reason === now.reason &&
    last.against === now.against
  );
}

/** What the operation was answered before; of a move whose verdict was not written yet, what the move itself says. */
function earlierAnswer(
  series: string,
  version: number,
  verdict: Event | null,
  move: Event | null,
): LifecycleAnswer | null {
  const event = verdict ?? move;
  if (!event) return null;
  const isOurs = event.kind === VERDICT || event.kind === 'promote' || event.kind === 'noop';
  if (!isOurs || event.series !== series || event.version !== version) {
    throw new AlphaloomError(
      'OPERATION_REUSED',
      `The operation id ${event.operationId} was used for something else before. Use a new one.`,
      {
        operationId: event.operationId,
        was: event.kind,
      },
    );
  }
  if (verdict) return (verdict.detail as unknown as Verdict).answer;
  const { to, reason } = event.detail as MoveDetail;
  return { message: 'offer', operationId: event.operationId, outcome: 'promoted', reason, champion: to };
}

async function faultOfChampion({ registry, artifacts }: Rooms, series: string): Promise<string | null> {
  const champion = await registry.champion(series);
  if (champion === null) return null;
  try {
    await probeVersion(artifacts, champion);
    return null;
  } catch (error) {
    if (error instanceof AlphaloomError) return `v${champion.version}: ${error.code}: ${error.message}`;
    throw error;
  }
}

function failedRules(evidence: Evidence): string[] {
  return evidence.rules
    .filter(({ required, outcome }) => required && outcome !== 'pass')
    .map(({ reason }) => reason);
}
