import type { Migrations } from '../../storage/sqlite.ts';

/**
 * `features.sqlite`. Rows that were computed once a bar closed; older ones stand in Arrow files that `feature_parts` names.
 * Everything here can be computed again from the candles.
 */
export const FEATURE_MIGRATIONS: Migrations = [
  `
  CREATE TABLE feature_series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    venue TEXT NOT NULL,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    schema_hash TEXT NOT NULL,
    names TEXT NOT NULL,
    anchor_time INTEGER NOT NULL,
    UNIQUE (venue, symbol, timeframe, schema_hash)
  ) STRICT;
  CREATE TABLE feature_parts (
    series_id INTEGER NOT NULL REFERENCES feature_series (id),
    first_time INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (series_id, first_time)
  ) STRICT, WITHOUT ROWID;
  -- float32 values, little-endian, in the order of the names.
  CREATE TABLE feature_rows (
    series_id INTEGER NOT NULL REFERENCES feature_series (id),
    open_time INTEGER NOT NULL,
    row BLOB NOT NULL,
    PRIMARY KEY (series_id, open_time)
  ) STRICT, WITHOUT ROWID;
  `,
];
