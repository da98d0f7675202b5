import { randomUUID } from 'node:crypto';
import type {
  Notification,
  NotificationEvent,
  NotificationOutbox,
  OutboxEntry,
} from '../../contracts/notifications.ts';
import type { Database } from '../../storage/sqlite.ts';
import { putNotification } from './events.ts';
import { all, run } from './statements.ts';

interface Row {
  readonly id: string;
  readonly event: NotificationEvent;
  readonly key: string;
  readonly subject: string;
  readonly at: number;
  readonly facts: string;
  readonly attempts: number;
}

/** The notifications of a ledger; who delivers them needs no lease, so that a dead worker can be told of. */
export function ledgerOutbox(database: Database): NotificationOutbox {
  return {
    async due(now, limit) {
      const rows = all<Row>(
        database.sql,
        `SELECT id, event, key, subject, at, facts, attempts FROM outbox
         WHERE delivered_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, position LIMIT ?`,
        now,
        limit,
      );
      return rows.map(rowOf);
    },

    async delivered(id, at) {
      await database.write(sql =>
        run(sql, 'UPDATE outbox SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL', at, id),
      );
    },

    async failed(id, _at, nextAttemptAt) {
      await database.write(sql =>
        run(
          sql,
          `UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?
           WHERE id = ? AND delivered_at IS NULL`,
          nextAttemptAt,
          id,
        ),
      );
    },
  };
}

export async function notify(database: Database, notification: Notification): Promise<void> {
  await database.write(sql => putNotification(sql, `told/${randomUUID()}`, notification));
}

function rowOf({ id, event, key, subject, at, facts, attempts }: Row): OutboxEntry {
  return { id, notification: { event, key, subject, at, facts: JSON.parse(facts) }, attempts };
}
