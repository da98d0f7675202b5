import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What of a home is not its content: ids, locks, logs, SQLite's side files. */
const PASSED_OVER = /^(home-id|run|logs)(\/|$)|-(wal|shm)$/;

/** Content of each file of a home: rows of databases, hashes of the rest; equal if and only if nothing was changed. */
export async function fingerprint(home: string): Promise<Record<string, string>> {
  const files = await filesOf(home);
  return Object.fromEntries(
    await Promise.all(files.map(async name => [name, hash(await contentOf(join(home, name)))] as const)),
  );
}

/** Names of the files that are a home's content, sorted. */
export async function filesOf(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(home.length + 1))
    .filter(name => !PASSED_OVER.test(name))
    .sort();
}

async function contentOf(path: string): Promise<string | Buffer> {
  const bytes = await readFile(path);
  if (!bytes.subarray(0, 15).equals(Buffer.from('SQLite format 3'))) return bytes;
  const database = new DatabaseSync(path);
  try {
    const tables = database
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all();
    return JSON.stringify([
      database.prepare('PRAGMA user_version').get(),
      tables,
      tables.map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all()),
    ]);
  } finally {
    database.close();
  }
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
