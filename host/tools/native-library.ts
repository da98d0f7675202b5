import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { NativeLibraryName } from '../../models/estimators/estimator.ts';
import type { Home } from '../paths.ts';
import { fromInstalledPackage, fromWheel } from './python-package.ts';
import { findInTools, type InstallProgress, installTool, toolsFolders } from './tools-folder.ts';
import { WHEEL_LIBRARIES } from './wheel-libraries.ts';

const CHECK_TIMEOUT_MS = 60_000;

/**
 * A native library: the one that its variable names (`ALPHALOOM_LIGHTGBM`), else what `setup` put into the tools folders.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING
 */
export async function findNativeLibrary(
  name: NativeLibraryName,
  environment: NodeJS.ProcessEnv,
  home: Home,
): Promise<string> {
  const { title, variable } = WHEEL_LIBRARIES[name];
  const named = environment[variable];
  if (named) {
    await access(named).catch(() => {
      throw missing(`${variable} names ${named}, which is not there.`, { path: named });
    });
    return named;
  }
  const found = await findInTools(toolsFolders(environment, home), libraryPath(name));
  if (found) return found;
  throw missing(`${title}'s library is not installed. Run ./alphaloom setup.`, { tool: toolName(name) });
}

/**
 * Finds the library or brings it: from the package that Python already has, if it is the pinned release, else out of that
 * release's wheel.
 * @throws AlphaloomError TOOL_INSTALL_FAILED, NATIVE_LIBRARY_MISSING
 */
export async function ensureNativeLibrary(
  name: NativeLibraryName,
  environment: NodeJS.ProcessEnv,
  home: Home,
  onProgress: InstallProgress,
): Promise<{ path: string; origin: string }> {
  const library = WHEEL_LIBRARIES[name];
  const { variable } = library;
  if (environment[variable])
    return { path: await findNativeLibrary(name, environment, home), origin: variable };
  const folders = toolsFolders(environment, home);
  const found = await findInTools(folders, libraryPath(name));
  if (found) return { path: found, origin: 'tools' };
  const { path, way } = await installTool({
    folders,
    name: toolName(name),
    file: library.file,
    ways: [fromInstalledPackage(library, environment), fromWheel(library, environment)],
    verify: candidate => checkNativeLibrary(name, candidate),
    onProgress,
  });
  return { path, origin: way };
}

/**
 * Loads the library and trains with it in a process of its own, which a broken library may take down.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING saying what is wrong, and the mend where it is known
 */
export async function checkNativeLibrary(name: NativeLibraryName, path: string): Promise<void> {
  const script = join(import.meta.dirname, 'library-check-process.ts');
  const { failed, stderr, signal, timedOut } = await execa(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, name, path],
    { reject: false, timeout: CHECK_TIMEOUT_MS, stdin: 'ignore' },
  );
  if (!failed) return;
  const reason = timedOut
    ? 'it does not answer'
    : stderr.trim().split('\n').at(-1) || `it ended the process with ${signal ?? 'an error'}`;
  const mend = /libgomp/.test(stderr) ? ` ${libgompMend()}` : '';
  throw missing(`${path} does not work: ${reason}.${mend}`, { path, reason });
}

/** `lightgbm/4.7.0` */
function toolName(name: NativeLibraryName): string {
  return `${name}/${WHEEL_LIBRARIES[name].version}`;
}

function libraryPath(name: NativeLibraryName): string {
  return `${toolName(name)}/${WHEEL_LIBRARIES[name].file}`;
}

/** How to get OpenMP's runtime, which some of the libraries need and do not carry. */
function libgompMend(): string {
  return process.platform === 'darwin'
    ? 'Install OpenMP: brew install libomp.'
    : 'Install OpenMP’s runtime: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora), apk add libgomp (Alpine).';
}

function missing(message: string, details: Record<string, unknown>): AlphaloomError {
  return new AlphaloomError('NATIVE_LIBRARY_MISSING', message, details);
}
