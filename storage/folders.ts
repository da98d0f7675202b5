import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainDiskErrors, makeFolder, syncFolder, syncFolderTree, temporaryName } from './files.ts';

const TEMPORARY_NAME = /\.(\d+)\.[0-9a-f]{12}\.tmp$/;

/** Temporary folders that this process is filling now: its own pid alone says nothing, pids come round again. */
const inProgress = new Set<string>();

/**
 * Makes a folder that appears whole or not at all: `build` fills a temporary one beside it, which is synced and renamed.
 * Where `target` has come into being meanwhile, it stays as it is and `published` is false. When `build` throws, nothing
 * is left behind.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED, and whatever `build` throws
 */
export async function publishFolder<Built>(
  target: string,
  build: (folder: string) => Promise<Built>,
): Promise<{ built: Built; published: boolean }> {
  const temporary = temporaryName(target);
  inProgress.add(temporary);
  try {
    return await explainDiskErrors(target, async () => {
      await makeFolder(dirname(target));
      await mkdir(temporary);
      const built = await build(temporary);
      await syncFolderTree(temporary);
      const published = await renameUnlessTaken(temporary, target);
      if (published) await syncFolder(dirname(target));
      else await rm(temporary, { recursive: true, force: true });
      return { built, published };
    });
  } catch (error) {
    // Again and again: a child process that is about to end may still write into it.
    await rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    throw error;
  } finally {
    inProgress.delete(temporary);
  }
}

/** What a writer that is gone has left behind. */
export interface Abandoned {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Temporary folders (and files) directly in `parent` whose process is gone and which nobody touched for `olderThanMs`: the
 * age protects writers in another container, whose processes can't be seen.
 */
export async function findAbandoned(parent: string, olderThanMs: number, now: number): Promise<Abandoned[]> {
  const found: Abandoned[] = [];
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!isAbandoned(path)) continue;
    const { bytes, touchedAt } = await measure(path);
    if (now - touchedAt >= olderThanMs) found.push({ path, bytes });
  }
  return found;
}

/** Removes what `findAbandoned` finds; returns the bytes freed. */
export async function removeAbandoned(parent: string, olderThanMs: number, now: number): Promise<number> {
  const found = await findAbandoned(parent, olderThanMs, now);
  for (const { path } of found) await rm(path, { recursive: true, force: true });
  return found.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Bytes of a file or folder, and when anything in it last changed (epoch ms). What vanishes meanwhile counts nothing. */
export async function measure(path: string): Promise<{ bytes: number; touchedAt: number }> {
  try {
    const status = await lstat(path);
    const total = { bytes: status.isFile() ? status.size : 0, touchedAt: status.ctimeMs };
    if (!status.isDirectory()) return total;
    for (const name of await readdir(path)) {
      const inner = await measure(join(path, name));
      total.bytes += inner.bytes;
      total.touchedAt = Math.max(total.touchedAt, inner.touchedAt);
    }
    return total;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: 0, touchedAt: 0 };
    throw error;
  }
}

/** Renames a folder; false where something is at `target` already. */
export async function renameUnlessTaken(temporary: string, target: string): Promise<boolean> {
  try {
    await rename(temporary, target);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}

function isAbandoned(path: string): boolean {
  const pid = Number(TEMPORARY_NAME.exec(path)?.[1]);
  if (!pid || inProgress.has(path)) return false;
  return pid === process.pid || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
