import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { exists, temporaryName } from '../storage/files.ts';
import { findAbandoned, measure, renameUnlessTaken } from '../storage/folders.ts';
import { type ArtifactRecord, RECORD_FILE, readRecord } from './record.ts';

const WORK_ENDING = '.work';

/** Where the writer of an artifact keeps what should outlive its process. */
export function workFolderOf(folder: string): string {
  return `${folder}${WORK_ENDING}`;
}

const HASH = /\b[0-9a-f]{64}\b/g;

interface Entry {
  readonly folder: string;
  readonly step: string;
  readonly inputHash: string;
  /** Null where it can't be read. */
  readonly record: ArtifactRecord | null;
  readonly isNewer: boolean;
}

/** What may go, and why: nothing names it, it was set aside as damaged, or a writer that is gone left it half-written. */
export interface Garbage {
  readonly path: string;
  readonly kind: 'unused' | 'damaged' | 'abandoned';
  readonly bytes: number;
}

/** What `ArtifactStore.findGarbage` does; see there. */
export async function findGarbage(
  root: string,
  keep: Iterable<ArtifactRef>,
  olderThanMs: number,
  now: number,
): Promise<Garbage[]> {
  if (!(await exists(root))) return [];
  const entries: Entry[] = [];
  const garbage: Garbage[] = [];
  const addIfOld = async (path: string, kind: Garbage['kind']) => {
    if (now - (await lastUse(path)) < olderThanMs) return;
    garbage.push({ path, kind, bytes: (await measure(path)).bytes });
  };
  for (const step of await subfolders(root)) {
    for (const left of await findAbandoned(join(root, step), olderThanMs, now))
      garbage.push({ ...left, kind: 'abandoned' });
    for (const name of await subfolders(join(root, step))) {
      const folder = join(root, step, name);
      if (/\.corrupt-\d+$/.test(name)) await addIfOld(folder, 'damaged');
      else if (name.endsWith(WORK_ENDING)) await addIfOld(folder, 'abandoned');
      else if (/^[0-9a-f]{64}$/.test(name)) entries.push(await describe(folder, step));
    }
  }
  const kept = reachable(entries, keep);
  for (const entry of entries) {
    if (kept.has(entry) || entry.isNewer || (entry.step === 'package' && (await isLinked(entry.folder))))
      continue;
    await addIfOld(entry.folder, 'unused');
  }
  return garbage;
}

/** What `ArtifactStore.gc` does; see there. */
export async function collectGarbage(
  root: string,
  keep: Iterable<ArtifactRef>,
  olderThanMs: number,
  now: number,
): Promise<number> {
  let freed = 0;
  for (const { path, kind, bytes } of await findGarbage(root, keep, olderThanMs, now)) {
    if (kind === 'abandoned') {
      await rm(path, { recursive: true, force: true });
      freed += bytes;
    } else freed += await removeIfUnused(path, olderThanMs, now);
  }
  return freed;
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
}

async function describe(folder: string, step: string): Promise<Entry> {
  const inputHash = basename(folder);
  try {
    return { folder, step, inputHash, record: await readRecord(folder), isNewer: false };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof AlphaloomError || code === 'ENOENT')) throw error;
    return { folder, step, inputHash, record: null, isNewer: code === 'STORE_TOO_NEW' };
  }
}

/** What is kept, and whatever it mentions by a hash in inputs or result, and so on: a package keeps its evidence. */
function reachable(entries: readonly Entry[], keep: Iterable<ArtifactRef>): Set<Entry> {
  const byHash = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const hash of [entry.inputHash, entry.record?.sha256]) {
      if (hash !== undefined) byHash.set(hash, [...(byHash.get(hash) ?? []), entry]);
    }
  }
  const kept = new Set<Entry>();
  const pending = [...keep].flatMap(({ inputHash }) => byHash.get(inputHash) ?? []);
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (kept.has(entry)) continue;
    kept.add(entry);
    const mentioned = JSON.stringify([entry.record?.inputs, entry.record?.result]).match(HASH) ?? [];
    for (const hash of mentioned) pending.push(...(byHash.get(hash) ?? []));
  }
  return kept;
}

/** Whether a version's folder shares the files. */
async function isLinked(folder: string): Promise<boolean> {
  try {
    const files = await Promise.all((await readdir(folder)).map(name => lstat(join(folder, name))));
    return files.some(file => file.isFile() && file.nlink > 1);
  } catch (error) {
    // Set aside or removed meanwhile: nothing is left to keep.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function removeIfUnused(folder: string, olderThanMs: number, now: number): Promise<number> {
  if (now - (await lastUse(folder)) < olderThanMs) return 0;
  // Renamed first: no reader ever sees half an artifact.
  const doomed = temporaryName(folder);
  if (!(await renameIfThere(folder, doomed))) return 0;
  // Somebody may have begun to use it between look and rename.
  const isUsed = now - (await lastUse(doomed)) < olderThanMs;
  if (isUsed && (await renameUnlessTaken(doomed, folder))) return 0;
  const { bytes } = await measure(doomed);
  await rm(doomed, { recursive: true, force: true });
  return bytes;
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Epoch ms: a use sets the record's change time, which a rename of the folder leaves alone. */
async function lastUse(folder: string): Promise<number> {
  try {
    return (await lstat(join(folder, RECORD_FILE))).ctimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return (await measure(folder)).touchedAt;
    throw error;
  }
}
