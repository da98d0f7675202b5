import { chmod, lstat, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ARTIFACT_STEPS,
  type ArtifactRef,
  type ArtifactStep,
  type FileDigest,
  type Json,
  type StepResult,
} from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { exists, explainDiskErrors } from '../storage/files.ts';
import { publishFolder } from '../storage/folders.ts';
import { collectGarbage, findGarbage, type Garbage, workFolderOf } from './garbage.ts';
import { inputHash } from './input-hash.ts';
import { type ArtifactRecord, corrupt, RECORD_FILE, readVerified, writeRecord } from './record.ts';

/** A damaged artifact that comes into being while a new one is made is rare; that it happens again is no accident. */
const MAX_ATTEMPTS = 3;

/** What a step hands back, with what it said of its files. */
export type SavedArtifact<Result = Json> = StepResult & { readonly result: Result };

/** An artifact whose every file was checked against its record and the reference. */
export interface LoadedArtifact<Result = Json> {
  readonly folder: string;
  readonly files: readonly FileDigest[];
  readonly inputs: Json;
  readonly result: Result;
  /** @throws AlphaloomError INTERNAL for a name that the artifact doesn't hold */
  path(name: string): string;
}

/** Outputs of steps, named by their inputs: `<home>/artifacts/<step>/<input hash>/`. */
export interface ArtifactStore {
  /**
   * The artifact of these inputs: the one that is there (checked, `cached`), or a new one that `write` fills. `write` gets
   * an empty folder, leaves plain files in it, and answers with JSON that is kept beside them. When it throws, nothing is
   * left; when another process was faster, its artifact is taken. A damaged one is set aside and made anew.
   * `workFolder` is for what should outlive a killed process: the same for the same inputs, made by whoever needs it,
   * removed once the artifact is there.
   * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED, STORE_TOO_NEW, INTERNAL, and whatever `write` throws
   */
  save<Result = Json>(
    step: ArtifactStep,
    inputs: Json,
    write: (folder: string, workFolder: string) => Promise<Result>,
  ): Promise<SavedArtifact<Result>>;
  /** @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT naming the file, STORE_TOO_NEW */
  load<Result = Json>(ref: ArtifactRef): Promise<LoadedArtifact<Result>>;
  /** The sound artifact of these inputs, or null. */
  find<Result = Json>(step: ArtifactStep, inputs: Json): Promise<SavedArtifact<Result> | null>;
  /**
   * Removes what was not used for `olderThanMs` and is neither in `keep`, nor mentioned by what is kept, nor a package
   * that a version's folder links to; also what killed writers left. Answers with the bytes freed.
   */
  gc(keep: Iterable<ArtifactRef>, olderThanMs: number, now: number): Promise<number>;
  /** What `gc` would remove now. */
  findGarbage(keep: Iterable<ArtifactRef>, olderThanMs: number, now: number): Promise<Garbage[]>;
}

export function createArtifactStore(home: string): ArtifactStore {
  const root = join(home, 'artifacts');
  const folderOf = (step: ArtifactStep, hash: string) => join(root, step, hash);
  return {
    async save<Result>(
      step: ArtifactStep,
      inputs: Json,
      write: (folder: string, workFolder: string) => Promise<Result>,
    ) {
      const folder = folderOf(step, inputHash(step, inputs));
      const found = await reuse(folder);
      if (found) return saved<Result>(found, true);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const { built, published } = await publishFolder(folder, async temporary => {
          const result = await withWorkFolder(folder, workFolder => write(temporary, workFolder));
          const record = await writeRecord(temporary, step, inputs, result);
          await protectFiles(temporary);
          return record;
        });
        await rm(workFolderOf(folder), { recursive: true, force: true });
        if (published) return saved<Result>(built, false);
        const winner = await reuse(folder);
        if (winner) return saved<Result>(winner, true);
      }
      throw corrupt(folder, '', 'was damaged again each time it was made');
    },

    async load<Result>(ref: ArtifactRef) {
      if (!ARTIFACT_STEPS.includes(ref.step) || !/^[0-9a-f]{64}$/.test(ref.inputHash)) throw notFound(ref);
      const folder = folderOf(ref.step, ref.inputHash);
      const record = await explainDiskErrors(folder, () => readVerified(folder));
      if (record === null) throw notFound(ref);
      if (record.step !== ref.step) throw corrupt(folder, RECORD_FILE, 'belongs to another step');
      if (record.sha256 !== ref.sha256) {
        throw corrupt(
          folder,
          RECORD_FILE,
          `has files ${record.sha256}, not those of the reference, ${ref.sha256}`,
        );
      }
      return { folder, ...contentOf<Result>(record), path: (name: string) => pathOf(folder, record, name) };
    },

    async find<Result>(step: ArtifactStep, inputs: Json) {
      const record = await verifiedOrNull(folderOf(step, inputHash(step, inputs)));
      return record && saved<Result>(record, true);
    },

    gc: (keep, olderThanMs, now) =>
      explainDiskErrors(root, () => collectGarbage(root, keep, olderThanMs, now)),

    findGarbage: (keep, olderThanMs, now) =>
      explainDiskErrors(root, () => findGarbage(root, keep, olderThanMs, now)),
  };
}

/** Leaves no empty work folder where the work failed: nothing in it would be gone on with. */
async function withWorkFolder<T>(folder: string, work: (workFolder: string) => Promise<T>): Promise<T> {
  const workFolder = workFolderOf(folder);
  try {
    return await work(workFolder);
  } catch (error) {
    await rmdir(workFolder).catch(() => {});
    throw error;
  }
}

/** The sound artifact in `folder`, marked as used just now; null where there is none, after a damaged one was set aside. */
async function reuse(folder: string): Promise<ArtifactRecord | null> {
  return await explainDiskErrors(folder, async () => {
    const before = await identity(folder);
    if (before === null) return null;
    const record = await verifiedOrNull(folder);
    if (record === null) await setAside(folder, before);
    return record !== null && (await markUsed(folder)) ? record : null;
  });
}

async function verifiedOrNull(folder: string): Promise<ArtifactRecord | null> {
  try {
    return await readVerified(folder);
  } catch (error) {
    if (error instanceof AlphaloomError && error.code === 'ARTIFACT_CORRUPT') return null;
    throw error;
  }
}

/** Renames a damaged artifact, unless another process has put a new one in its place meanwhile. */
async function setAside(folder: string, damaged: string): Promise<void> {
  for (let n = 1; ; n++) {
    const aside = `${folder}.corrupt-${n}`;
    if (await exists(aside)) continue;
    try {
      if ((await identity(folder)) !== damaged) return;
      await rename(folder, aside);
      // Between the look and the rename, the other process may have been faster.
      if ((await identity(aside)) !== damaged) await rename(aside, folder);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT') return;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
  }
}

/** Device and inode: tells a folder from another one of the same name. */
async function identity(path: string): Promise<string | null> {
  try {
    const { dev, ino, birthtimeMs } = await lstat(path);
    return `${dev}:${ino}:${birthtimeMs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Sets the record's change time, by which `gc` knows the last use; false if the artifact has gone meanwhile. */
async function markUsed(folder: string): Promise<boolean> {
  try {
    await chmod(join(folder, RECORD_FILE), 0o444);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Files of an artifact are shared with versions' folders by hard links: nobody writes to them again. */
async function protectFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o444);
}

function saved<Result>(record: ArtifactRecord, cached: boolean): SavedArtifact<Result> {
  const { step, inputHash, sha256 } = record;
  return { artifact: { step, inputHash, sha256 }, cached, result: record.result as Result };
}

function contentOf<Result>({ files, inputs, result }: ArtifactRecord) {
  return { files, inputs, result: result as Result };
}

function pathOf(folder: string, { files, step }: ArtifactRecord, name: string): string {
  if (files.some(file => file.name === name)) return join(folder, name);
  const names = files.map(file => file.name).join(', ');
  throw new AlphaloomError('INTERNAL', `An artifact of ${step} holds ${names}; "${name}" was asked for.`, {
    folder,
    name,
  });
}

function notFound(ref: ArtifactRef): AlphaloomError {
  return new AlphaloomError(
    'ARTIFACT_NOT_FOUND',
    `There is no artifact ${ref.step}/${String(ref.inputHash).slice(0, 12)}. Run the training again.`,
    { ...ref },
  );
}
