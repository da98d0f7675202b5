import type { DatabaseSync } from 'node:sqlite';
import type { Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { foldLineage, type Lineage } from './lineage.ts';
import type { ChampionMove, Event, MoveDetail, MoveRequest } from './registry.ts';
import { requireVersion, reused } from './requests.ts';
import { insertEvent, selectMoves, selectOperation } from './rows.ts';

/** What `Registry.moveChampion` does, inside its transaction; see there. */
export function championMove(sql: DatabaseSync, request: MoveRequest, now: number): ChampionMove {
  const { operationId, series, kind, actor, reason, to: requested } = request;
  const known = selectOperation(sql, operationId);
  if (known) return repeatedMove(known, request);

  const moves = selectMoves(sql, series);
  const lineage = foldLineage(moves);
  const from = lineage.champion;
  if (request.from !== 'current' && request.from !== from) throw conflict(request, from);
  const to = targetOf(request, lineage);
  requireVersion(sql, series, to);
  // A way back leads to where one was; any other version has to pass the gate or an operator's override.
  if (kind === 'rollback' && !moves.some(move => move.to === to)) throw neverChampion(series, to);

  const detail: MoveDetail = { move: kind, requested, from, to, reason, detail: request.detail ?? null };
  const event = { operationId, series, version: to, actor, detail };
  // A version that is champion already stays it: no step in the line, but the operation must be known when it is retried.
  const inserted =
    from === to
      ? insertEvent(sql, { ...event, kind: 'noop', fromVersion: null }, now)
      : insertEvent(sql, { ...event, kind, fromVersion: from }, now);
  return moveOf(inserted, detail, false);
}

function repeatedMove(known: Event, { operationId, series, kind, to }: MoveRequest): ChampionMove {
  const isMove = known.kind === 'promote' || known.kind === 'rollback' || known.kind === 'noop';
  if (!isMove) throw reused(operationId);
  const detail = known.detail as MoveDetail;
  if (known.series !== series || detail.move !== kind || detail.requested !== to) throw reused(operationId);
  return moveOf(known, detail, true);
}

function targetOf({ series, kind, to }: MoveRequest, { champion, previous }: Lineage): number {
  if (kind === 'rollback' && champion === null) {
    throw new AlphaloomError(
      'CHAMPION_NONE',
      `${series} has no champion to roll back from. Promote a version.`,
      {
        series,
      },
    );
  }
  if (to !== 'previous') return to;
  if (previous !== null) return previous;
  throw new AlphaloomError(
    'CHAMPION_PREVIOUS_NONE',
    `${series} has no earlier champion to roll back to; v${champion} stays. Name a version.`,
    { series, champion },
  );
}

function neverChampion(series: string, version: number): AlphaloomError {
  return new AlphaloomError(
    'CHAMPION_NEVER',
    `v${version} of ${series} never was champion, so there is no way back to it. Promote it with a reason instead.`,
    { series, version },
  );
}

function conflict({ series, from, to }: MoveRequest, champion: number | null): AlphaloomError {
  const name = (version: Json) => (version === null ? 'none' : `v${version}`);
  return new AlphaloomError(
    'CHAMPION_CONFLICT',
    `The champion of ${series} is ${name(champion)}, not ${name(from)}; it was not moved. Look at models history and try again.`,
    { series, champion, from, to },
  );
}

function moveOf(event: Event, { move, from, to }: MoveDetail, repeated: boolean): ChampionMove {
  return {
    operationId: event.operationId,
    series: event.series,
    kind: move,
    from,
    to,
    at: event.at,
    repeated,
  };
}
