import type { Migrations } from '../../storage/sqlite.ts';

export const MAILBOX_MIGRATIONS: Migrations = [
  `
  CREATE TABLE notifications (
    -- Never given twice, so that a channel's place holds although old rows are removed.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    event TEXT NOT NULL,
    key TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    posted_at INTEGER NOT NULL,
    UNIQUE (source, source_id)
  ) STRICT;
  CREATE INDEX notifications_of_key ON notifications (key);
  CREATE INDEX notifications_by_age ON notifications (posted_at);

  CREATE TABLE channels (name TEXT PRIMARY KEY, settled_through INTEGER NOT NULL) STRICT;

  CREATE TABLE deliveries (
    channel TEXT NOT NULL,
    notification INTEGER NOT NULL REFERENCES notifications (id),
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, notification)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_of_notification ON deliveries (notification);

  CREATE TABLE cursors (source TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  `,
];
