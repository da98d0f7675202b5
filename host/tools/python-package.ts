import { copyFile, cp, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { exists } from '../../storage/files.ts';
import type { InstallWay } from './tools-folder.ts';
import type { WheelLibrary } from './wheel-libraries.ts';

const PYTHONS = ['python3', 'python'];
const FIND_TIMEOUT_MS = 30_000;
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const UNPACK_TIMEOUT_MS = 60_000;

/** A copy, so that an upgrade of that package does not change what models are trained by. */
export function fromInstalledPackage(library: WheelLibrary, environment: NodeJS.ProcessEnv): InstallWay {
  const { distribution, module, version } = library;
  const script = `
import importlib.metadata, importlib.util, pathlib
if importlib.metadata.version('${distribution}') != '${version}': raise SystemExit('another release')
print(pathlib.Path(importlib.util.find_spec('${module}').origin).parent)
`;
  return {
    name: `Python’s ${distribution} package`,
    async fill(folder) {
      const { stdout } = await runPython(environment, ['-c', script], FIND_TIMEOUT_MS);
      await copyLibrary(library, stdout.trim(), folder);
    },
  };
}

export function fromWheel(library: WheelLibrary, environment: NodeJS.ProcessEnv): InstallWay {
  const { distribution, module, version, download: size } = library;
  return {
    name: 'pip download',
    async fill(folder, onProgress) {
      onProgress(null, `downloading ${distribution} ${version} (${size})`);
      const content = join(folder, 'wheel');
      const download = ['-m', 'pip', 'download', `${distribution}==${version}`];
      const options = ['--no-deps', '--only-binary=:all:', '--quiet', '--no-input', '--dest', folder];
      await runPython(environment, [...download, ...options], DOWNLOAD_TIMEOUT_MS);
      const file = (await readdir(folder)).find(name => name.endsWith('.whl'));
      if (!file) throw new Error('pip brought no wheel');
      await runPython(environment, ['-m', 'zipfile', '-e', join(folder, file), content], UNPACK_TIMEOUT_MS);
      await copyLibrary(library, join(content, module), folder);
      await rm(content, { recursive: true });
      await rm(join(folder, file));
    },
  };
}

/** @param module the module's folder, beside which the libraries lie that it brings along */
async function copyLibrary({ file, bundled }: WheelLibrary, module: string, folder: string): Promise<void> {
  const target = join(folder, file);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(await findFile(module, basename(file)), target);
  const beside = bundled === null ? null : join(dirname(module), bundled);
  if (beside && (await exists(beside))) await cp(beside, join(folder, basename(beside)), { recursive: true });
}

async function findFile(folder: string, name: string): Promise<string> {
  const paths = await readdir(folder, { recursive: true });
  const found = paths.find(path => path === name || path.endsWith(`/${name}`));
  if (!found) throw new Error(`${folder} holds no ${name}`);
  return join(folder, found);
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
