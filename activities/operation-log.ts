import type { Json } from '../contracts/artifact.ts';
import type { LifecycleOperation } from '../contracts/messages.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { AppendedKind, ChampionMove, MoveRequest, Registry } from '../registry/registry.ts';

/** How operations leave their traces in the registry; each id is carried out once, however often it is asked. */
export interface OperationLog {
  champion(series: Series): Promise<number | null>;
  /** An operation that writes several events gives the later ones a suffix to its id. */
  record(operation: LifecycleOperation, kind: AppendedKind, detail: Json, suffix?: string): Promise<void>;
  move(
    operation: LifecycleOperation,
    request: Pick<MoveRequest, 'kind' | 'from' | 'to' | 'reason' | 'detail'>,
  ): Promise<ChampionMove>;
}

export function createOperationLog(registry: Registry): OperationLog {
  return {
    champion: async series => (await registry.champion(seriesId(series)))?.version ?? null,
    async record({ operationId, series, version, actor }, kind, detail, suffix) {
      await registry.append({
        operationId: suffix ? `${operationId}/${suffix}` : operationId,
        series: seriesId(series),
        version: version ?? null,
        kind,
        actor,
        detail,
      });
    },
    move: async ({ operationId, series, actor }, request) =>
      await registry.moveChampion({ operationId, series: seriesId(series), actor, ...request }),
  };
}
