import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AlphaloomError } from '../contracts/errors.ts';
import { explainDiskError } from './disk-errors.ts';

/**
 * Makes a folder and what is missing above it, one by one: Node's own recursive way never ends where a file system says
 * of a new folder that it is not there (`/proc` does).
 * @returns the topmost folder that was made; null where all were there
 * @throws AlphaloomError PERMISSION_DENIED, DISK_FULL, DISK_FAILED
 */
export function makeFolderNow(path: string): string | null {
  const folder = resolve(path);
  const obstacle = tryToMake(folder);
  if (obstacle === 'none') return folder;
  if (obstacle === 'is there') return null;
  if (codeOf(obstacle) !== 'ENOENT' || dirname(folder) === folder) throw refusal(folder, obstacle);
  const topmost = makeFolderNow(dirname(folder));
  const again = tryToMake(folder);
  if (again === 'none') return topmost ?? folder;
  // Another process was faster.
  if (again === 'is there') return topmost;
  throw refusal(folder, again);
}

function tryToMake(folder: string): 'none' | 'is there' | Error {
  try {
    mkdirSync(folder);
    return 'none';
  } catch (error) {
    return isFolder(folder) ? 'is there' : (error as Error);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function refusal(folder: string, error: Error): unknown {
  const code = codeOf(error);
  if (code !== 'ENOENT' && code !== 'EEXIST' && code !== 'ENOTDIR') return explainDiskError(folder, error);
  const why =
    code === 'ENOENT' ? 'the file system takes no folder there' : 'a file stands where a folder is needed';
  return new AlphaloomError(
    'PERMISSION_DENIED',
    `The folder ${folder} can’t be made: ${why}. Name a folder that is yours (the home is set by ALPHALOOM_HOME).`,
    { path: folder },
    { cause: error },
  );
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
