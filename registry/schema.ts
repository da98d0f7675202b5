import type { Migrations } from '../storage/sqlite.ts';

/**
 * Versions and events are append-only, version numbers gapless, moves a single line, times never decreasing: the
 * database itself refuses anything else, whoever writes. (Triggers before an insert also stop INSERT OR REPLACE, which
 * deletes without a delete trigger.)
 */
export const REGISTRY_MIGRATIONS: Migrations = [
  `
  CREATE TABLE versions (
    series TEXT NOT NULL,
    version INTEGER NOT NULL,
    package_id TEXT NOT NULL,
    package_input_hash TEXT NOT NULL,
    package_sha256 TEXT NOT NULL,
    recipe TEXT NOT NULL,
    task TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    data_from_time INTEGER NOT NULL,
    data_to_time INTEGER NOT NULL,
    trained_through_time INTEGER NOT NULL,
    eligible INTEGER NOT NULL,
    tradable INTEGER NOT NULL,
    market_kind TEXT NOT NULL,
    metrics TEXT NOT NULL CHECK (json_valid(metrics)),
    actor TEXT NOT NULL,
    PRIMARY KEY (series, version),
    UNIQUE (series, package_input_hash, package_sha256)
  ) STRICT;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    series TEXT NOT NULL,
    version INTEGER,
    -- The champion that a move led away from.
    from_version INTEGER,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    operation_id TEXT NOT NULL UNIQUE,
    detail TEXT NOT NULL CHECK (json_valid(detail)),
    FOREIGN KEY (series, version) REFERENCES versions (series, version),
    FOREIGN KEY (series, from_version) REFERENCES versions (series, version)
  ) STRICT;
  CREATE INDEX events_of_series ON events (series, id);
  CREATE INDEX moves_of_series ON events (series, id) WHERE kind IN ('promote', 'rollback');

  CREATE TRIGGER versions_are_not_changed BEFORE UPDATE ON versions
    BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
  CREATE TRIGGER versions_are_not_deleted BEFORE DELETE ON versions
    BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
  CREATE TRIGGER versions_have_no_gaps BEFORE INSERT ON versions
    WHEN NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM versions WHERE series = NEW.series)
    BEGIN SELECT RAISE(ABORT, 'version numbers have no gaps'); END;
  CREATE TRIGGER packages_are_registered_once BEFORE INSERT ON versions
    WHEN EXISTS (
      SELECT 1 FROM versions
      WHERE series = NEW.series
        AND package_input_hash = NEW.package_input_hash AND package_sha256 = NEW.package_sha256
    )
    BEGIN SELECT RAISE(ABORT, 'a package is registered once per series'); END;

  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR operation_id = NEW.operation_id)
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_in_order BEFORE INSERT ON events
    WHEN NEW.at < (SELECT at FROM events WHERE series = NEW.series ORDER BY id DESC LIMIT 1)
    BEGIN SELECT RAISE(ABORT, 'events are in order of time'); END;
  CREATE TRIGGER moves_are_a_single_line BEFORE INSERT ON events
    WHEN NEW.kind IN ('promote', 'rollback') AND (
      NEW.version IS NULL OR NEW.version IS NEW.from_version OR NEW.from_version IS NOT (
        SELECT version FROM events
        WHERE series = NEW.series AND kind IN ('promote', 'rollback') ORDER BY id DESC LIMIT 1
      )
    )
    BEGIN SELECT RAISE(ABORT, 'a move leads away from the champion'); END;
  `,
  // Of models that were trained elsewhere.
  `ALTER TABLE versions ADD COLUMN origin TEXT CHECK (origin = 'imported');`,
];
