import type { DatabaseSync } from 'node:sqlite';
import type { Notification } from '../../contracts/notifications.ts';
import { type Database, openDatabase } from '../../storage/sqlite.ts';
import { MAILBOX_MIGRATIONS } from './mailbox-schema.ts';

/** A notification to be told, under an id that its source never gives twice. */
export interface Posting {
  readonly source: string;
  readonly sourceId: string;
  readonly notification: Notification;
}

/** A notification that a channel has not settled yet. */
export interface Waiting {
  /** Ascending in the order of posting. */
  readonly id: number;
  /** When the channel was last told of the same key, epoch ms. */
  readonly toldAt: number | null;
  readonly notification: Notification;
}

/** What became of a notification on one channel. */
export type Outcome = 'sent' | 'summed up' | 'repetition' | 'off' | 'given up';

/**
 * All notifications of a home, what each channel did with them, and how far each source was read; survives any end of
 * the process. Methods throw AlphaloomError STORE_BUSY, STORE_UNREADABLE, DISK_FULL.
 */
export interface Mailbox {
  /** Adds what is new and moves the source's cursor, in one transaction: read again, nothing is there twice. */
  post(
    postings: readonly Posting[],
    cursor?: { readonly source: string; readonly position: number },
  ): Promise<void>;
  /** How far a source was read; null where it never was. */
  cursor(source: string): Promise<number | null>;
  /** A channel that is new begins here: it is not told of the past. */
  join(channel: string): Promise<void>;
  /** The oldest that the channel has not settled. */
  waiting(channel: string, limit: number): Promise<Waiting[]>;
  settle(channel: string, ids: readonly number[], outcome: Outcome, at: number): Promise<void>;
  /** Forgets what was posted before a time (epoch ms). */
  prune(before: number): Promise<void>;
  /** Differs from an earlier one if anything was written meanwhile, by any process. */
  stamp(): string;
  close(): void;
}

export async function openMailbox(path: string, { now }: { now: () => number }): Promise<Mailbox> {
  const database = await openDatabase(path, MAILBOX_MIGRATIONS);
  return { ...reading(database), ...writing(database, now), close: () => database.close() };
}

function reading(database: Database): Pick<Mailbox, 'cursor' | 'waiting' | 'stamp'> {
  return {
    async cursor(source) {
      const row = await database.read(sql =>
        sql.prepare('SELECT position FROM cursors WHERE source = ?').get(source),
      );
      return (row?.position as number | undefined) ?? null;
    },

    async waiting(channel, limit) {
      const rows = await database.read(sql =>
        sql
          .prepare(
            `SELECT id, event, key, subject, at, facts,
               (SELECT max(deliveries.at) FROM notifications AS earlier JOIN deliveries ON notification = earlier.id
                WHERE earlier.key = notifications.key AND channel = ?1 AND outcome IN ('sent', 'summed up')) AS told_at
             FROM notifications
             WHERE id > (SELECT settled_through FROM channels WHERE name = ?1)
               AND NOT EXISTS (SELECT 1 FROM deliveries WHERE channel = ?1 AND notification = id)
             ORDER BY id LIMIT ?2`,
          )
          .all(channel, limit),
      );
      return rows.map(({ id, facts, told_at, ...row }) => ({
        id: id as number,
        toldAt: told_at as number | null,
        notification: { ...row, facts: JSON.parse(facts as string) } as unknown as Notification,
      }));
    },

    stamp: () => database.stamp(),
  };
}

function writing(database: Database, now: () => number): Pick<Mailbox, 'post' | 'join' | 'settle' | 'prune'> {
  return {
    async post(postings, cursor) {
      await database.write(sql => {
        for (const posting of postings) insert(sql, posting, now());
        if (cursor) {
          sql
            .prepare(
              'INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position',
            )
            .run(cursor.source, cursor.position);
        }
      });
    },

    async join(channel) {
      await database.write(sql =>
        sql
          .prepare(
            'INSERT OR IGNORE INTO channels SELECT ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0)',
          )
          .run(channel, 'notifications'),
      );
    },

    async settle(channel, ids, outcome, at) {
      await database.write(sql => {
        for (const id of ids)
          sql.prepare('INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?)').run(channel, id, outcome, at);
        sql.prepare(SETTLED_THROUGH).run({ channel });
      });
    },

    async prune(before) {
      await database.write(sql => {
        const old = 'SELECT id FROM notifications WHERE posted_at < ?';
        sql.prepare(`DELETE FROM deliveries WHERE notification IN (${old})`).run(before);
        sql.prepare(`DELETE FROM notifications WHERE id IN (${old})`).run(before);
      });
    },
  };
}

/** Up to the first that is still open, so that looking for what waits never walks over the past. */
const SETTLED_THROUGH = `
  UPDATE channels SET settled_through = coalesce(
    (SELECT min(id) - 1 FROM notifications WHERE id > settled_through
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE channel = $channel AND notification = id)),
    (SELECT seq FROM sqlite_sequence WHERE name = 'notifications'),
    settled_through
  ) WHERE name = $channel`;

function insert(sql: DatabaseSync, { source, sourceId, notification }: Posting, now: number): void {
  const { event, key, subject, at, facts } = notification;
  sql
    .prepare(
      `INSERT OR IGNORE INTO notifications (source, source_id, event, key, subject, at, facts, posted_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(source, sourceId, event, key, subject, at, JSON.stringify(facts), now);
}
