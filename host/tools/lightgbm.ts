import { access, copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AlphaloomError } from '../../contracts/errors.ts';
import { LIGHTGBM_VERSION } from '../../models/trees/lightgbm-library.ts';
import type { Home } from '../paths.ts';
import {
  findInTools,
  type InstallProgress,
  type InstallWay,
  installTool,
  toolsFolders,
} from './tools-folder.ts';

const TOOL = `lightgbm/${LIGHTGBM_VERSION}`;
const LIBRARY = process.platform === 'darwin' ? 'lib_lightgbm.dylib' : 'lib_lightgbm.so';
const PYTHONS = ['python3', 'python'];
const CHECK_TIMEOUT_MS = 60_000;
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/**
 * LightGBM's shared library: `ALPHALOOM_LIGHTGBM`, else what `setup` put into the tools folders.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING
 */
export async function findLightgbmLibrary(environment: NodeJS.ProcessEnv, home: Home): Promise<string> {
  const named = environment.ALPHALOOM_LIGHTGBM;
  if (named) {
    await access(named).catch(() => {
      throw missing(`ALPHALOOM_LIGHTGBM names ${named}, which is not there.`, { path: named });
    });
    return named;
  }
  const found = await findInTools(toolsFolders(environment, home), `${TOOL}/${LIBRARY}`);
  if (found) return found;
  throw missing(`LightGBM's library is not installed. Run ./alphaloom setup.`, { tool: TOOL });
}

/**
 * Finds the library or brings it: from the lightgbm package that Python already has, if it is the pinned release, else out
 * of that release's wheel.
 * @throws AlphaloomError TOOL_INSTALL_FAILED, NATIVE_LIBRARY_MISSING
 */
export async function ensureLightgbmLibrary(
  environment: NodeJS.ProcessEnv,
  home: Home,
  onProgress: InstallProgress,
): Promise<{ path: string; origin: string }> {
  const named = environment.ALPHALOOM_LIGHTGBM;
  if (named) return { path: await findLightgbmLibrary(environment, home), origin: 'ALPHALOOM_LIGHTGBM' };
  const folders = toolsFolders(environment, home);
  const found = await findInTools(folders, `${TOOL}/${LIBRARY}`);
  if (found) return { path: found, origin: 'tools' };
  const { path, way } = await installTool({
    folders,
    name: TOOL,
    file: LIBRARY,
    ways: [installedPackage(environment), wheel(environment)],
    verify: checkLightgbmLibrary,
    onProgress,
  });
  return { path, origin: way };
}

/**
 * Loads the library and trains with it in a process of its own, which a broken library may take down.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING saying what is wrong, and the mend where it is known
 */
export async function checkLightgbmLibrary(path: string): Promise<void> {
  const script = join(import.meta.dirname, 'lightgbm-check-process.ts');
  const { failed, stderr, signal, timedOut } = await execa(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, path],
    { reject: false, timeout: CHECK_TIMEOUT_MS, stdin: 'ignore' },
  );
  if (!failed) return;
  const reason = timedOut
    ? 'it does not answer'
    : stderr.trim().split('\n').at(-1) || `it ended the process with ${signal ?? 'an error'}`;
  const mend = /libgomp/.test(stderr) ? ` ${libgompMend()}` : '';
  throw missing(`${path} does not work: ${reason}.${mend}`, { path, reason });
}

/** How to get OpenMP's runtime, which LightGBM needs and does not carry. */
function libgompMend(): string {
  return process.platform === 'darwin'
    ? 'Install OpenMP: brew install libomp.'
    : 'Install OpenMP’s runtime: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora), apk add libgomp (Alpine).';
}

function missing(message: string, details: Record<string, unknown>): AlphaloomError {
  return new AlphaloomError('NATIVE_LIBRARY_MISSING', message, details);
}

const FIND_PACKAGE = `
import importlib.metadata, importlib.util, pathlib
if importlib.metadata.version('lightgbm') != '${LIGHTGBM_VERSION}': raise SystemExit('another release')
print(pathlib.Path(importlib.util.find_spec('lightgbm').origin).parent)
`;

/** A copy, so that an upgrade of that package does not change what models are trained by. */
function installedPackage(environment: NodeJS.ProcessEnv): InstallWay {
  return {
    name: 'Python’s lightgbm package',
    async fill(folder) {
      const { stdout } = await runPython(environment, ['-c', FIND_PACKAGE], 30_000);
      await copyFile(await findFile(stdout.trim(), LIBRARY), join(folder, LIBRARY));
    },
  };
}

function wheel(environment: NodeJS.ProcessEnv): InstallWay {
  return {
    name: 'pip download',
    async fill(folder, onProgress) {
      onProgress(null, `downloading lightgbm ${LIGHTGBM_VERSION} (4 MB)`);
      const content = join(folder, 'wheel');
      const download = ['-m', 'pip', 'download', `lightgbm==${LIGHTGBM_VERSION}`];
      const options = ['--no-deps', '--only-binary=:all:', '--quiet', '--no-input', '--dest', folder];
      await runPython(environment, [...download, ...options], DOWNLOAD_TIMEOUT_MS);
      const file = (await readdir(folder)).find(name => name.endsWith('.whl'));
      if (!file) throw new Error('pip brought no wheel');
      await runPython(environment, ['-m', 'zipfile', '-e', join(folder, file), content], 60_000);
      await copyFile(await findFile(content, LIBRARY), join(folder, LIBRARY));
      await rm(content, { recursive: true });
      await rm(join(folder, file));
    },
  };
}

async function runPython(
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
  timeout: number,
): Promise<{ stdout: string }> {
  for (const python of PYTHONS) {
    const { stdout, stderr, failed, code, timedOut } = await execa(python, args, {
      env: environment,
      extendEnv: false,
      reject: false,
      timeout,
      stdin: 'ignore',
    });
    if (code === 'ENOENT') continue;
    if (timedOut) throw new Error(`${python} ${args[1]} took too long`);
    if (failed) throw new Error(stderr.trim().split('\n').at(-1) || `${python} failed`);
    return { stdout };
  }
  throw new Error('python3 is not on PATH');
}

async function findFile(folder: string, name: string): Promise<string> {
  const paths = await readdir(folder, { recursive: true });
  const found = paths.find(path => path === name || path.endsWith(`/${name}`));
  if (!found) throw new Error(`${folder} holds no ${name}`);
  return join(folder, found);
}
