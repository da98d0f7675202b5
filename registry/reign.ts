import type { Event, MoveDetail } from './registry.ts';

/** A stretch of time in which one version was champion. */
export interface Reign {
  readonly version: number;
  /** Who was champion before; null for the first. */
  readonly from: number | null;
  /** Epoch ms; `until` is null while it lasts. */
  readonly since: number;
  readonly until: number | null;
  /** The promotion or rollback that began it, and what was recorded with it: verdict, approval, override, probation. */
  readonly move: Event;
  readonly because: readonly Event[];
}

/** Who was champion at a time (epoch ms), after all moves of that millisecond, and why; null where nobody was. */
export function reignAt(events: readonly Event[], time: number): Reign | null {
  const moves = events.filter(({ kind }) => kind === 'promote' || kind === 'rollback');
  const index = moves.findLastIndex(({ at }) => at <= time);
  const move = moves[index];
  if (!move) return null;
  const { from, to } = move.detail as MoveDetail;
  return {
    version: to,
    from,
    since: move.at,
    until: moves[index + 1]?.at ?? null,
    move,
    because: events.filter(({ operationId }) => operationId.startsWith(`${move.operationId}/`)),
  };
}
