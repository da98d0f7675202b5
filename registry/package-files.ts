import { constants } from 'node:fs';
import { copyFile, link, lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RECORD_FILE } from '../artifacts/record.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSeriesId } from '../contracts/series.ts';
import { digestFile, exists, explainDiskErrors, temporaryName } from '../storage/files.ts';
import { publishFolder, removeAbandoned } from '../storage/folders.ts';

/** What every package holds; it may hold more. */
export const PACKAGE_FILES = ['model.onnx', 'meta.json', 'metrics.json', 'card.md'] as const;

const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Shows a version's package to people and other tools as `models/<venue>/<symbol>/<timeframe>/v0007/`, by hard links to
 * the artifact's files (copies where the file system has none). Doing it again changes nothing; a folder that differs
 * from the artifact is replaced. What serves is always the artifact, checked at each load.
 * @param artifactFolder of a loaded, thus verified, package
 * @returns the folder
 * @throws AlphaloomError ARTIFACT_CORRUPT, SERIES_INVALID, DISK_FULL, PERMISSION_DENIED
 */
export async function linkPackage(
  home: string,
  series: string,
  version: number,
  artifactFolder: string,
): Promise<string> {
  const { venue, symbol, timeframe } = parseSeriesId(series, '');
  const target = join(home, 'models', venue, symbol, timeframe, versionFolder(version));
  const names = await packageFiles(artifactFolder);
  while (!(await isSame(artifactFolder, target, names))) {
    const { published } = await publishFolder(target, async folder => {
      for (const name of names) await linkOrCopy(join(artifactFolder, name), join(folder, name));
    });
    if (published) {
      // The new folder's own time is the file system's clock.
      await removeAbandoned(dirname(target), ABANDONED_AFTER_MS, (await lstat(target)).ctimeMs);
      break;
    }
    if (!(await isSame(artifactFolder, target, names))) await discard(target);
  }
  return target;
}

/** `v0007` */
function versionFolder(version: number): string {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new AlphaloomError('INTERNAL', `A version is a positive whole number; got ${version}.`, {
      version,
    });
  }
  return `v${String(version).padStart(4, '0')}`;
}

async function packageFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(name => name !== RECORD_FILE);
  const missing = PACKAGE_FILES.find(name => !names.includes(name));
  if (missing !== undefined) {
    throw new AlphaloomError('ARTIFACT_CORRUPT', `The package ${folder} has no ${missing}.`, {
      folder,
      file: missing,
    });
  }
  for (const name of names) {
    if (!(await lstat(join(folder, name))).isFile()) {
      throw new AlphaloomError('ARTIFACT_CORRUPT', `${join(folder, name)} is not a plain file.`, {
        folder,
        file: name,
      });
    }
  }
  return names.sort();
}

/** Whether `target` holds the same files: the very same ones, or copies of equal content. */
async function isSame(source: string, target: string, names: readonly string[]): Promise<boolean> {
  if (!(await exists(target)) || !(await lstat(target)).isDirectory()) return false;
  if ((await readdir(target)).sort().join('/') !== names.join('/')) return false;
  for (const name of names) {
    const [theirs, ours] = [await lstat(join(target, name)), await lstat(join(source, name))];
    if (theirs.ino === ours.ino && theirs.dev === ours.dev) continue;
    if (!theirs.isFile() || theirs.size !== ours.size) return false;
    const [a, b] = [await digestFile(join(target, name)), await digestFile(join(source, name))];
    if (a.sha256 !== b.sha256) return false;
  }
  return true;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(code)) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

async function discard(folder: string): Promise<void> {
  await explainDiskErrors(folder, async () => {
    const doomed = temporaryName(folder);
    try {
      await rename(folder, doomed);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await rm(doomed, { recursive: true, force: true });
  });
}
