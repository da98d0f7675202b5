import type { Event } from '../registry/registry.ts';
import { renderTable } from './table.ts';

/** Who did what to a series' champion, when and why. */
export function renderHistory(events: readonly Event[]): string {
  return renderTable<Event>(events, [
    { title: 'when (UTC)', cell: event => renderTime(event.at) },
    { title: 'what', cell: event => event.kind },
    { title: 'version', cell: event => (event.version === null ? null : `v${event.version}`) },
    { title: 'who', cell: event => event.actor },
    { title: 'why', cell: event => reasonOf(event) },
  ]);
}

function reasonOf({ detail }: Event): string {
  const { reason, decision, override } = (detail ?? {}) as {
    reason?: string;
    decision?: string;
    override?: boolean;
  };
  return [override ? 'OVERRIDE' : null, decision, reason].filter(Boolean).join(': ');
}

/** UTC to the second. */
export function renderTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}
