import type { DatabaseSync } from 'node:sqlite';
import { rows } from './rows.ts';

/** Every event that is to be told has its row in the outbox, of the same kind; every rejection and halt is to be told. */
export function* checkTold(sql: DatabaseSync, account: string): Generator<string> {
  const lost = rows<{ id: number; notification: string; event: string | null }>(
    sql,
    `SELECT e.id, e.notification, o.event FROM events e LEFT JOIN outbox o ON o.id = 'event/' || e.id
     WHERE e.account = ? AND e.notification IS NOT NULL AND o.event IS NOT e.notification`,
    account,
  );
  for (const { id, notification, event } of lost)
    yield `event ${id} (${notification}) has ${event === null ? 'no notification' : `a notification of ${event}`}`;
}
