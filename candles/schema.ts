import type { Migrations } from '../storage/sqlite.ts';

/**
 * `candles.sqlite`. A series' history is what `history_files` names: writing a file changes nothing until its row is
 * committed. `revision` counts the changes of a series' history. Recent bars are always newer than the whole history.
 */
export const CANDLE_MIGRATIONS: Migrations = [
  `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    venue TEXT NOT NULL,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('spot', 'swap')),
    anchor_time INTEGER NOT NULL,
    source TEXT NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (venue, symbol, timeframe)
  ) STRICT;
  CREATE TABLE history_files (
    series_id INTEGER NOT NULL REFERENCES series (id),
    year INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bars INTEGER NOT NULL,
    first_time INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    PRIMARY KEY (series_id, year)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE recent_bars (
    series_id INTEGER NOT NULL REFERENCES series (id),
    open_time INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume REAL NOT NULL,
    PRIMARY KEY (series_id, open_time)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- JSON of the market's rules (tick, lot, minimums) as the venue last stated them; NULL: never asked.
  ALTER TABLE series ADD COLUMN market TEXT;
  -- 1: generated, not recorded.
  ALTER TABLE series ADD COLUMN synthetic INTEGER NOT NULL DEFAULT 0 CHECK (synthetic IN (0, 1));
  -- Stretches in which the venue, asked, had no bars: both open times included.
  CREATE TABLE absent_bars (
    series_id INTEGER NOT NULL REFERENCES series (id),
    from_time INTEGER NOT NULL,
    to_time INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (series_id, from_time)
  ) STRICT, WITHOUT ROWID;
  `,
];
