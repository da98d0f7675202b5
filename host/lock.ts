import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainDiskErrors, makeFolder } from '../storage/files.ts';

/** A lock between processes; the operating system gives it back when its holder ends, however it ends. */
export interface Lock {
  release(): void;
}

const POLL_MS = 100;
const SQLITE_BUSY = 5;

/** Takes the lock named by a file, or null where another process (or another caller in this one) holds it. */
export async function tryLock(path: string): Promise<Lock | null> {
  await makeFolder(dirname(path));
  // SQLite's file lock: the kernel's own, without stale ids to judge. The file itself stays empty.
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file?.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return null;
    throw await explained(path, error);
  }
  const held = file;
  return { release: () => held.close() };
}

/** Runs `work` with the lock; `onWait` is called once if another process has it. */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  let lock = await tryLock(path);
  if (lock === null) onWait();
  while (lock === null) {
    await sleep(POLL_MS);
    lock = await tryLock(path);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** SQLite says "unable to open"; opening the file by ourselves says why. */
async function explained(path: string, error: unknown): Promise<unknown> {
  try {
    await explainDiskErrors(path, async () => (await open(path, 'a')).close());
  } catch (reason) {
    return reason;
  }
  return error;
}
