import { closeSync, openSync } from 'node:fs';
import { copyFile, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainDiskErrors, makeFolder } from '../storage/files.ts';

const MAX_LOG_BYTES = 10_000_000;
const KEPT = 3;

export function logFile(folder: string, name: string): string {
  return join(folder, `${name}.log`);
}

/** Opens a log for a child process; it goes on writing there even if its starter ends. */
export async function openLogFile<T>(path: string, use: (descriptor: number) => T): Promise<T> {
  await makeFolder(dirname(path));
  return await explainDiskErrors(path, async () => {
    const descriptor = openSync(path, 'a');
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Moves a log that has grown past `maxBytes` to `<log>.1` (older ones to `.2`, `.3`) and empties it; its writers append
 * and go on. Lines written between the copy and the emptying are lost: this is a log.
 */
export async function rotateLogFile(path: string, maxBytes = MAX_LOG_BYTES): Promise<void> {
  if ((await logSize(path)) < maxBytes) return;
  for (let age = KEPT - 1; age >= 1; age--) {
    if ((await logSize(`${path}.${age}`)) > 0) await rename(`${path}.${age}`, `${path}.${age + 1}`);
  }
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
}

/** The last lines of a log, of at most its last 256 KB; none where there is no log. */
export async function tailLogFile(path: string, lines: number): Promise<string[]> {
  const size = await logSize(path);
  const { text } = await readLogFile(path, Math.max(0, size - 256_000));
  return text.split('\n').filter(Boolean).slice(-lines);
}

/** What was written from byte `from` on, and where to go on reading; from the start again if the log was rotated. */
export async function readLogFile(path: string, from: number): Promise<{ text: string; next: number }> {
  const size = await logSize(path);
  const start = size < from ? 0 : from;
  if (size === start) return { text: '', next: start };
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return { text: buffer.toString('utf8', 0, bytesRead), next: start + bytesRead };
  } finally {
    await file.close();
  }
}

/** Bytes; none where there is no log. */
export async function logSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
