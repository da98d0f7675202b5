import { AlphaloomError } from '../contracts/errors.ts';
import type { LifecycleAnswer, LifecycleOperation, VersionOperation } from '../contracts/messages.ts';
import { seriesId } from '../contracts/series.ts';
import { readPackage } from '../inference/package.ts';
import type { MoveDetail, Registry } from '../registry/registry.ts';
import { asActivity } from './activity.ts';
import { lastVerdict } from './offers.ts';
import { createOperationLog } from './operation-log.ts';
import { requirePromotable } from './promotable.ts';
import type { Rooms } from './rooms.ts';

/** What an operator's messages do to the registry; each is done once per operation id. */
export function createLifecycleActivities(rooms: Rooms) {
  const { registry } = rooms;
  const log = createOperationLog(registry);
  return {
    promoteVersion: asActivity(async (operation: VersionOperation): Promise<LifecycleAnswer> => {
      const { series, version, operationId } = operation;
      const id = seriesId(series);
      const target = await registry.get(id, version);
      const earlier = await earlierMove(registry, operationId);
      const verdict = await lastVerdict(rooms, operation);
      const decision = verdict?.decision;
      // What was judged against another champion, or failed in service since, is not what awaits approval.
      const isApproval =
        verdict !== null &&
        decision === 'awaiting approval' &&
        verdict.against === (await log.champion(series)) &&
        !(await registry.wasRolledBack(id, version));
      const override = earlier?.override ?? !isApproval;
      if (override && !operation.reason && !earlier) {
        throw new AlphaloomError(
          'USAGE',
          decision
            ? `v${version} has no approval to give (last answer: ${decision}). To override the gate, give a reason: --reason "…".`
            : `v${version} was never offered. Let the gate judge it: models offer ${series.venue}:${series.symbol} ${series.timeframe} v${version}. To promote it unjudged, give a reason: --reason "…".`,
          { version, decision: decision ?? null },
        );
      }
      if (!earlier) await requirePromotable(rooms, target);
      const reason = operation.reason ?? 'Approved.';
      const moved = await log.move(operation, {
        kind: 'promote',
        from: override ? 'current' : (verdict?.against ?? null),
        to: version,
        reason,
        detail: { override, gate: decision ?? null },
      });
      if (moved.from !== moved.to) {
        await log.record(
          operation,
          override ? 'override' : 'approval',
          { reason, gate: decision ?? null },
          override ? 'override' : 'approval',
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
        champion: await log.champion(series),
      };
    }),

    rollBack: asActivity(async (operation: LifecycleOperation): Promise<LifecycleAnswer> => {
      const { series, version, operationId } = operation;
      const id = seriesId(series);
      const done = await registry.operation(operationId);
      const target = version ?? (await registry.previousChampion(id))?.version;
      if (!done && target !== undefined) await requirePromotable(rooms, await registry.get(id, target));
      const reason = operation.reason ?? 'Asked for.';
      const moved = await log.move(operation, {
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
        champion: await log.champion(series),
      };
    }),

    setPaused: asActivity(
      async (operation: LifecycleOperation & { paused: boolean }): Promise<LifecycleAnswer> => {
        const { series, message, operationId, reason = 'Asked for.', paused } = operation;
        await log.record(operation, paused ? 'paused' : 'resumed', { reason });
        return {
          message,
          operationId,
          outcome: paused ? 'paused' : 'resumed',
          reason,
          champion: await log.champion(series),
        };
      },
    ),

    startRetraining: asActivity(async (operation: LifecycleOperation): Promise<LifecycleAnswer> => {
      const { series, operationId, actor } = operation;
      const id = seriesId(series);
      if (await registry.isPaused(id)) {
        throw new AlphaloomError(
          'USAGE',
          `${id} is paused. Resume it first: models resume ${series.symbol} ${series.timeframe}.`,
        );
      }
      const recipe = await retrainingRecipe(rooms, operation);
      const { workflowId } = await rooms.orchestrator.startTraining({
        series,
        recipe,
        asOfTime: null,
        offer: true,
        actor,
      });
      const reason = operation.reason ?? 'Asked for.';
      await log.record(operation, 'retrain', { reason, recipe: recipe.name, workflowId });
      return {
        message: 'retrain',
        operationId,
        outcome: 'started',
        reason: `${recipe.name} as ${workflowId}`,
        champion: await log.champion(series),
        workflowId,
      };
    }),

    recordRefusal: asActivity(async (operation: LifecycleOperation) => {
      const { message, reason = '' } = operation;
      // The version may be the very thing that does not exist.
      await log.record(
        { ...operation, version: undefined },
        'refused',
        { message, asked: operation.version ?? null, reason },
        // The same id may have been sent to several series by hand.
        `refused/${seriesId(operation.series)}`,
      );
      return {};
    }),
  };
}

/** What the operation's move was before; asked again, it is no other, though the champion is. */
async function earlierMove(registry: Registry, operationId: string): Promise<{ override: boolean } | null> {
  const event = await registry.operation(operationId);
  if (event?.kind !== 'promote' && event?.kind !== 'noop') return null;
  return (event.detail as MoveDetail).detail as { override: boolean } | null;
}

async function retrainingRecipe(rooms: Rooms, { series, recipe }: LifecycleOperation) {
  if (recipe !== undefined) return await rooms.loadRecipe(recipe);
  const champion = await rooms.registry.champion(seriesId(series));
  if (champion) {
    const { meta } = await readPackage(rooms.artifacts, champion);
    if (!meta.imported) return meta.recipe;
    throw new AlphaloomError(
      'MODEL_UNSUPPORTED',
      `v${champion.version} was trained elsewhere and imported: it can’t be trained again here. Import a newer file (models import), or name a recipe: --recipe gbdt-core15.`,
    );
  }
  throw new AlphaloomError(
    'CHAMPION_NONE',
    `${seriesId(series)} has no champion whose recipe could be used. Name one: --recipe gbdt-core15.`,
  );
}
