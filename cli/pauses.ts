import type { Json } from '../contracts/artifact.ts';
import type { Event } from '../registry/registry.ts';
import { renderTime } from './history-text.ts';

/** A pause that holds. */
export interface Pause {
  readonly series: string;
  /** Epoch ms. */
  readonly since: number;
  readonly actor: string;
  readonly reason: string | null;
}

/** Of a `paused` event. */
export function pauseOf({ series, at, actor, detail }: Event): Pause {
  const reason = (detail as { reason?: Json } | null)?.reason;
  return { series, since: at, actor, reason: typeof reason === 'string' ? reason : null };
}

/** `paused since 2026-03-01 12:00:00 UTC by cli:ada: holiday` */
export function renderPause({ since, actor, reason }: Pause): string {
  return `paused since ${renderTime(since)} UTC by ${actor}${reason ? `: ${reason}` : ''}`;
}
