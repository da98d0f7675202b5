import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence, OfferDecision } from '../contracts/evidence.ts';
import type { LifecycleAnswer, MessageName } from '../contracts/messages.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { readPackage } from '../inference/package.ts';
import { probeVersion } from '../inference/probe.ts';
import type { AppendedKind, Event, MoveDetail } from '../registry/registry.ts';
import { asActivity } from './activity.ts';
import type { Rooms } from './rooms.ts';

/** A message as the lifecycle passes it on. */
interface Operation {
  readonly message: MessageName;
  readonly series: Series;
  readonly operationId: string;
  readonly actor: string;
  readonly reason?: string;
  readonly version?: number;
  readonly recipe?: string;
}

type VersionOperation = Operation & { readonly version: number };

/** All that an offer's answer depends on, beside the comparison. */
export interface OfferStanding {
  readonly version: number;
  readonly eligible: boolean;
  /** One sentence per required rule that did not pass. */
  readonly failedRules: readonly string[];
  readonly champion: number | null;
  readonly rolledBack: boolean;
  readonly paused: boolean;
  readonly promotion: 'auto' | 'manual';
  /** The answer this operation was given before. */
  readonly answer: LifecycleAnswer | null;
}

interface Settlement extends VersionOperation {
  readonly decision: OfferDecision;
  readonly champion: number | null;
  readonly comparison: ArtifactRef | null;
}

/** What `modelLifecycle` asks of the registry; each is done once per operation id. */
export function createLifecycleActivities(rooms: Rooms) {
  const { registry } = rooms;

  const championOf = async (series: Series) => (await registry.champion(seriesId(series)))?.version ?? null;

  const record = async (
    operation: Operation,
    kind: AppendedKind,
    detail: Json,
    operationId = operation.operationId,
  ) => {
    const { series, actor, version } = operation;
    await registry.append({
      operationId,
      series: seriesId(series),
      version: version ?? null,
      kind,
      actor,
      detail,
    });
  };

  const move = async (
    operation: Operation,
    request: {
      kind: 'promote' | 'rollback';
      from: number | null | 'current';
      to: number | 'previous';
      reason: string;
      detail: Json;
    },
  ) =>
    await registry.moveChampion({
      operationId: operation.operationId,
      series: seriesId(operation.series),
      actor: operation.actor,
      ...request,
    });

  return {
    describeOffer: asActivity(
      async ({ series, version, operationId }: VersionOperation): Promise<OfferStanding> => {
        const id = seriesId(series);
        const record = await registry.get(id, version);
        const { evidence } = await readPackage(rooms.artifacts, record);
        const answered = await registry.operation(verdictId(operationId));
        return {
          version,
          eligible: record.eligible,
          failedRules: failedRules(evidence),
          champion: await championOf(series),
          rolledBack: await registry.wasRolledBack(id, version),
          paused: await registry.isPaused(id),
          promotion: rooms.promotionMode(series),
          answer: earlierAnswer(answered, await registry.operation(operationId)),
        };
      },
    ),

    settleOffer: asActivity(async (operation: Settlement): Promise<LifecycleAnswer | { moved: true }> => {
      const { series, version, decision, reason = '', champion, comparison, operationId } = operation;
      const decided = { decision, reason, against: champion, comparison: comparison as Json };
      if (decision === 'promoted') {
        await probeVersion(rooms.artifacts, await registry.get(seriesId(series), version));
        try {
          await move(operation, { kind: 'promote', from: champion, to: version, reason, detail: decided });
        } catch (error) {
          if (error instanceof AlphaloomError && error.code === 'CHAMPION_CONFLICT') return { moved: true };
          throw error;
        }
      }
      const answer = {
        message: 'offer',
        operationId,
        outcome: decision,
        reason,
        champion: await championOf(series),
        comparison,
      } as const;
      await record(
        operation,
        'verdict',
        { ...decided, answer: answer as unknown as Json },
        verdictId(operationId),
      );
      return answer;
    }),

    promoteVersion: asActivity(async (operation: VersionOperation): Promise<LifecycleAnswer> => {
      const { series, version, operationId } = operation;
      const id = seriesId(series);
      const target = await registry.get(id, version);
      const earlier = await registry.operation(operationId);
      const verdict = (await registry.events(id)).findLast(
        event => event.kind === 'verdict' && event.version === version,
      );
      const decision = (verdict?.detail as { decision?: OfferDecision } | undefined)?.decision;
      const override = decision !== 'awaiting approval';
      if (override && !operation.reason && !earlier) {
        throw new AlphaloomError(
          'USAGE',
          `The gate did not promote v${version} (${decision ?? 'never offered'}). To override it, give a reason: --reason "…".`,
          { version, decision: decision ?? null },
        );
      }
      await probeVersion(rooms.artifacts, target);
      const reason = operation.reason ?? 'Approved.';
      const moved = await move(operation, {
        kind: 'promote',
        from: 'current',
        to: version,
        reason,
        detail: { override, gate: decision ?? null },
      });
      if (moved.from !== moved.to) {
        await record(
          operation,
          override ? 'override' : 'approval',
          { reason, gate: decision ?? null },
          `${operationId}/${override ? 'override' : 'approval'}`,
        );
      }
      return {
        message: 'promote',
        operationId,
        outcome: moved.from === moved.to ? 'kept' : 'promoted',
        reason:
          moved.from === moved.to
            ? `v${version} is the champion already.`
            : `${override ? 'Override: ' : ''}${reason}`,
        champion: await championOf(series),
      };
    }),

    rollBack: asActivity(async (operation: Operation): Promise<LifecycleAnswer> => {
      const { series, version, operationId } = operation;
      const id = seriesId(series);
      const done = await registry.operation(operationId);
      const target = version ?? (await registry.previousChampion(id))?.version;
      if (!done && target !== undefined) await probeVersion(rooms.artifacts, await registry.get(id, target));
      const reason = operation.reason ?? 'Asked for.';
      const moved = await move(operation, {
        kind: 'rollback',
        from: 'current',
        to: version ?? 'previous',
        reason,
        detail: null,
      });
      return {
        message: 'rollback',
        operationId,
        outcome: moved.from === moved.to ? 'kept' : 'rolled back',
        reason: `from ${moved.from === null ? 'none' : `v${moved.from}`} to v${moved.to}: ${reason}`,
        champion: await championOf(series),
      };
    }),

    setPaused: asActivity(async (operation: Operation & { paused: boolean }): Promise<LifecycleAnswer> => {
      const { series, message, operationId, reason = 'Asked for.', paused } = operation;
      await record(operation, paused ? 'paused' : 'resumed', { reason });
      return {
        message,
        operationId,
        outcome: paused ? 'paused' : 'resumed',
        reason,
        champion: await championOf(series),
      };
    }),

    startRetraining: asActivity(async (operation: Operation): Promise<LifecycleAnswer> => {
      const { series, operationId, actor } = operation;
      const id = seriesId(series);
      if (await registry.isPaused(id)) {
        throw new AlphaloomError(
          'USAGE',
          `${id} is paused. Resume it first: models resume ${series.symbol} ${series.timeframe}.`,
        );
      }
      const recipe = await retrainingRecipe(rooms, operation);
      const workflowId = await rooms.orchestrator.startTraining({
        series,
        recipe,
        asOfTime: null,
        offer: true,
        actor,
      });
      const reason = operation.reason ?? 'Asked for.';
      await record(operation, 'retrain', { reason, recipe: recipe.name, workflowId });
      return {
        message: 'retrain',
        operationId,
        outcome: 'started',
        reason: `${recipe.name} as ${workflowId}`,
        champion: await championOf(series),
        workflowId,
      };
    }),

    recordRefusal: asActivity(async (operation: Operation) => {
      const { message, reason = '' } = operation;
      // The version may be the very thing that does not exist.
      await record(
        { ...operation, version: undefined },
        'refused',
        { message, asked: operation.version ?? null, reason },
        `${operation.operationId}/refused`,
      );
      return {};
    }),
  };
}

/** A move and its verdict are two events of one operation. */
function verdictId(operationId: string): string {
  return `${operationId}/verdict`;
}

/** What the operation was answered before; of a move whose verdict was not written yet, what the move itself says. */
function earlierAnswer(verdict: Event | null, move: Event | null): LifecycleAnswer | null {
  if (verdict) return (verdict.detail as unknown as { answer: LifecycleAnswer }).answer;
  if (!move) return null;
  const { to, reason } = move.detail as MoveDetail;
  return { message: 'offer', operationId: move.operationId, outcome: 'promoted', reason, champion: to };
}

function failedRules(evidence: Evidence): string[] {
  return evidence.rules
    .filter(({ required, outcome }) => required && outcome !== 'pass')
    .map(({ reason }) => reason);
}

async function retrainingRecipe(rooms: Rooms, { series, recipe }: Operation) {
  if (recipe !== undefined) return await rooms.loadRecipe(recipe);
  const champion = await rooms.registry.champion(seriesId(series));
  if (champion) return (await readPackage(rooms.artifacts, champion)).meta.recipe;
  throw new AlphaloomError(
    'CHAMPION_NONE',
    `${seriesId(series)} has no champion whose recipe could be used. Name one: --recipe gbdt-core15.`,
  );
}
