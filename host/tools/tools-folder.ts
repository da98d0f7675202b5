import { access, constants, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
import { exists, explainDiskErrors, makeFolder, syncFolderTree, temporaryName } from '../../storage/files.ts';
import { withLock } from '../lock.ts';
import type { Home } from '../paths.ts';

/** Tells how an installation gets on; `share` from 0 to 1, null where it can't be known. */
export type InstallProgress = (share: number | null, text: string) => void;

/** One way to get a tool: it fills a folder, or throws. */
export interface InstallWay {
  readonly name: string;
  fill(folder: string, onProgress: InstallProgress): Promise<void>;
}

/**
 * Folders with native tools, in the order they are looked into: `ALPHALOOM_TOOLS` alone where it is set, else the home's
 * `tools/` and the user's cache, which all homes share. New ones are put into the last that can be written.
 */
export function toolsFolders(environment: NodeJS.ProcessEnv, home: Home): string[] {
  const named = environment.ALPHALOOM_TOOLS;
  if (named) return [resolve(named)];
  return [join(home.root, 'tools'), join(cacheFolder(environment), 'tools')];
}

/** The user's own folder for what all homes share. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const { XDG_CACHE_HOME: given } = environment;
  // The XDG rules: a relative path there is to be ignored.
  const cache = given && isAbsolute(given) ? given : join(environment.HOME || homedir(), '.cache');
  return join(cache, 'alphaloom');
}

/** The path of a tool's file in the first folder that has it; null where none does. */
export async function findInTools(folders: readonly string[], file: string): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, file);
    if (await exists(path).catch(() => false)) return path;
  }
  return null;
}

interface Installation {
  readonly folders: readonly string[];
  /** `temporal/1.5.1`: where under the tools folder. */
  readonly name: string;
  /** The file that the tool is. */
  readonly file: string;
  readonly ways: readonly InstallWay[];
  /** Throws if the tool does not do its work. */
  verify(path: string): Promise<void>;
  readonly onProgress: InstallProgress;
}

/**
 * Installs a tool by the first way that works: into a folder of another name, verified there, then renamed, so that what
 * is found under the tool's name is whole and works. Of two installations at once the second waits and finds it there.
 * @returns the tool's path and the way it came
 * @throws AlphaloomError TOOL_INSTALL_FAILED listing each way and its error, PERMISSION_DENIED, DISK_FULL
 */
export async function installTool(installation: Installation): Promise<{ path: string; way: string }> {
  const { folders, name, file, ways, verify, onProgress } = installation;
  const folder = join(await writableFolder(folders), name);
  const path = join(folder, file);
  const wait = () => onProgress(null, 'another installation is under way; waiting for it');
  return await withLock(`${folder}.lock`, wait, async () => {
    if (await exists(path)) return { path, way: 'already installed' };
    await removeLeftovers(folder);
    const failures: { way: string; error: string }[] = [];
    for (const way of ways) {
      const temporary = temporaryName(folder);
      try {
        await makeFolder(temporary);
        onProgress(null, way.name);
        await way.fill(temporary, onProgress);
        await verify(join(temporary, file));
        await syncFolderTree(temporary);
        await rm(folder, { recursive: true, force: true });
        await rename(temporary, folder);
        return { path, way: way.name };
      } catch (error) {
        failures.push({ way: way.name, error: (error as Error).message });
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    }
    const list = failures.map(({ way, error }) => `\n  ${way}: ${error}`).join('');
    throw new AlphaloomError(
      'TOOL_INSTALL_FAILED',
      `${name} could not be installed by any of ${failures.length} ways:${list}`,
      { tool: name, failures },
    );
  });
}

async function writableFolder(folders: readonly string[]): Promise<string> {
  let problem: unknown;
  for (const folder of folders.toReversed()) {
    try {
      await makeFolder(folder);
      await explainDiskErrors(folder, () => access(folder, constants.W_OK));
      return folder;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

/** What a killed installation left; the lock says that none is at work. */
async function removeLeftovers(folder: string): Promise<void> {
  await makeFolder(dirname(folder));
  for (const entry of await readdir(dirname(folder))) {
    const path = join(dirname(folder), entry);
    if (path.startsWith(`${folder}.`) && path.endsWith('.tmp'))
      await rm(path, { recursive: true, force: true });
  }
}
