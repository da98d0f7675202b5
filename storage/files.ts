import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { explainDiskErrors } from './disk-errors.ts';
import { makeFolderNow } from './make-folder.ts';

export { explainDiskError, explainDiskErrors } from './disk-errors.ts';

/**
 * Writes a file so that a reader, and a machine that lost power, see the old bytes or the new ones:
 * temporary name, sync, rename, sync of the folder.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeFileAtomic(path: string, bytes: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  await explainDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * Syncs and renames a file that somebody else (a database engine, say) wrote under `temporaryName(path)`;
 * where that fails, the temporary file is removed.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await explainDiskErrors(path, async () => {
    try {
      await syncFile(temporary);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * The same for a file that must not replace another; false where one is at `path` already.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function publishNewFile(temporary: string, path: string): Promise<boolean> {
  return await explainDiskErrors(path, async () => {
    try {
      await syncFile(temporary);
      await linkOrRename(temporary, path);
      await syncFolder(dirname(path));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/**
 * Makes a folder and what is missing above it, so that they outlast a power cut too.
 * @throws AlphaloomError PERMISSION_DENIED, DISK_FULL, DISK_FAILED
 */
export async function makeFolder(path: string): Promise<void> {
  const made = makeFolderNow(path);
  if (made === null) return;
  for (let folder = resolve(path); folder.length >= made.length; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
  }
}

/** A name beside `path` that no other process uses. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
}

/** A temporary name carries its writer's process id; a file of a living writer is left alone. */
export function isDeadTemporary(name: string): boolean {
  const pid = /\.(\d+)\.[0-9a-f]+\.tmp$/.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes all files of a folder, and the folder itself, durable. */
export async function syncFolderTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncFolderTree(path);
    else await syncFile(path);
  }
  await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Unlike a rename, a link never replaces; not every file system has links. */
async function linkOrRename(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const hasNoLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];
    if (!hasNoLinks.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (await exists(path)) throw Object.assign(new Error('taken'), { code: 'EEXIST' });
    await rename(temporary, path);
  }
}

/** Makes a file's content durable. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** SHA-256 (hex) and size of a file, streamed. */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
