import { statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import timers from 'node:timers/promises';
import { AlphaloomError } from '../contracts/errors.ts';
import { diskFailed, diskFull, explainDiskError } from './disk-errors.ts';
import { publishFile, temporaryName } from './files.ts';
import { groupCommits, waits } from './group-commit.ts';
import { makeFolderNow } from './make-folder.ts';

/** SQL that lifts the schema by one version; the list's length is the program's schema version. */
export type Migrations = readonly string[];

const RETRY_DELAYS_MS = [2, 5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000];
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
/** What SQLite asks for at once, at most (a region of its shared index is 32 KB). */
const ROOM_TO_WRITE_BYTES = 65_536;

/** A SQLite database of several processes: WAL, synchronous FULL, waiting without blocking the event loop. */
export interface Database {
  readonly path: string;
  /** For statements inside `read` and `write`, and for single reads. */
  readonly sql: DatabaseSync;
  /**
   * All of `work` or nothing, on disk when it is answered; `work` must be synchronous and may run again if the store was busy.
   * Writes that are asked for at once share a `BEGIN IMMEDIATE` transaction.
   */
  write<T>(work: (sql: DatabaseSync) => T): Promise<T>;
  /** One consistent snapshot for several reads. */
  read<T>(work: (sql: DatabaseSync) => T): Promise<T>;
  /** Differs from an earlier one if anything was written meanwhile, by this process or another. Takes microseconds. */
  stamp(): string;
  close(): void;
}

/**
 * Opens (or makes) a database and lifts it to the newest schema; before lifting an older one, a copy
 * `<path>.v<old>.backup` is made.
 * @throws AlphaloomError STORE_TOO_NEW, STORE_BUSY, STORE_UNREADABLE, PERMISSION_DENIED, DISK_FULL
 */
export async function openDatabase(path: string, migrations: Migrations): Promise<Database> {
  const sql = openFile(path);
  let ownWrites = 0;
  let dataVersion: StatementSync | undefined;
  const transaction = async <T>(begin: string, work: (sql: DatabaseSync) => T): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        sql.exec(begin);
        try {
          const result = work(sql);
          if (result instanceof Promise) throw waits();
          sql.exec('COMMIT');
          if (begin === 'BEGIN IMMEDIATE') ownWrites++;
          return result;
        } catch (error) {
          if (sql.isTransaction) sql.exec('ROLLBACK');
          throw error;
        }
      } catch (error) {
        const delay = RETRY_DELAYS_MS[attempt];
        if (!isBusy(error)) throw explainSqliteError(path, error);
        if (delay === undefined) {
          throw new AlphaloomError(
            'STORE_BUSY',
            `${path} stayed locked by another process. Try again; run status to see what runs.`,
            { path },
            { cause: error },
          );
        }
        await timers.setTimeout(spread(delay, attempt));
      }
    }
  };
  const database: Database = {
    path,
    sql,
    write: groupCommits(work => transaction('BEGIN IMMEDIATE', work)),
    read: work => transaction('BEGIN', work),
    stamp: () => {
      // SQLite's counter of what other connections wrote.
      dataVersion ??= sql.prepare('PRAGMA data_version');
      return `${(dataVersion.get() as { data_version: number }).data_version}.${ownWrites}`;
    },
    close: () => {
      if (sql.isOpen) sql.close();
    },
  };
  try {
    await retryPragma(database);
    await migrate(database, migrations);
  } catch (error) {
    sql.close();
    throw explainSqliteError(path, error);
  }
  return database;
}

function openFile(path: string): DatabaseSync {
  try {
    makeFolderNow(dirname(path));
    return new DatabaseSync(path, { timeout: 50 });
  } catch (error) {
    throw explainSqliteError(path, explainDiskError(path, error));
  }
}

/** Switching to WAL needs a moment alone with the file: two processes may open it at once. */
async function retryPragma(database: Database): Promise<void> {
  for (const [attempt, delay] of RETRY_DELAYS_MS.entries()) {
    try {
      database.sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await timers.setTimeout(spread(delay, attempt));
    }
  }
  throw new AlphaloomError('STORE_BUSY', `${database.path} stayed locked by another process. Try again.`, {
    path: database.path,
  });
}

async function migrate(database: Database, migrations: Migrations): Promise<void> {
  const found = schemaVersion(database.sql);
  refuseUnknownSchema(database, migrations);
  if (found === migrations.length) return;
  if (found > 0) await backUp(database, found);
  await database.write(sql => {
    // Another process may have lifted it meanwhile, perhaps a newer one.
    refuseUnknownSchema(database, migrations);
    for (let version = schemaVersion(sql); version < migrations.length; version++) {
      sql.exec(migrations[version]);
      sql.exec(`PRAGMA user_version = ${version + 1}`);
    }
  });
}

function refuseUnknownSchema({ path, sql }: Database, migrations: Migrations): void {
  const found = schemaVersion(sql);
  if (found > migrations.length) {
    throw new AlphaloomError(
      'STORE_TOO_NEW',
      `${path} has schema ${found}; this Alphaloom knows up to ${migrations.length}. Use the newer Alphaloom.`,
      { path, found, known: migrations.length },
    );
  }
  if (found === 0 && sql.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    throw new AlphaloomError(
      'STORE_UNREADABLE',
      `${path} is a database of another program. Move it away or restore a backup.`,
      { path },
    );
  }
}

async function backUp({ path, sql }: Database, version: number): Promise<void> {
  const temporary = temporaryName(`${path}.v${version}.backup`);
  sql.prepare('VACUUM INTO ?').run(temporary);
  const copy = new DatabaseSync(temporary, { readOnly: true });
  const copied = schemaVersion(copy);
  copy.close();
  // Where another process lifted the schema first, the copy is of the new one; that process kept the old one.
  if (copied === version) await publishFile(temporary, `${path}.v${version}.backup`);
  else await rm(temporary);
}

function schemaVersion(sql: DatabaseSync): number {
  return (sql.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/**
 * 0.5 to 1.5 of a delay, differing between processes and attempts, so that those who met once do not meet again and
 * again: multiples of the golden ratio lie as far apart as can be.
 */
function spread(delay: number, attempt: number): number {
  return delay * (0.5 + (((process.pid + attempt) * 0.618_033_988_749_895) % 1));
}

function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

function primaryCode(error: unknown): number {
  return ((error as { errcode?: number })?.errcode ?? 0) & 0xff;
}

function explainSqliteError(path: string, error: unknown): unknown {
  switch (primaryCode(error)) {
    case SQLITE_FULL:
      return diskFull(path, error);
    case SQLITE_IOERR:
      return isDiskFull(path) ? diskFull(path, error) : diskFailed(path, error);
    case SQLITE_CANTOPEN:
      return isDiskFull(path) ? diskFull(path, error) : notWritable(path, error);
    case SQLITE_READONLY:
      return notWritable(path, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new AlphaloomError(
        'STORE_UNREADABLE',
        `${path} is damaged or not a database. Restore a backup.`,
        { path },
        { cause: error },
      );
    default:
      return error;
  }
}

/** SQLite says only "disk I/O error" or "unable to open" where a file of its own (`-shm`, `-wal`) finds no room. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(path));
    // Where the file system counts no files, it reports none at all.
    return bavail * bsize < ROOM_TO_WRITE_BYTES || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

function notWritable(path: string, cause: unknown): AlphaloomError {
  return new AlphaloomError(
    'PERMISSION_DENIED',
    `${path} can’t be opened for writing. Mend its permissions or set ALPHALOOM_HOME.`,
    { path },
    { cause },
  );
}
