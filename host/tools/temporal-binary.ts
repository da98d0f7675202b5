import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Home } from '../paths.ts';
import { downloadArchive } from './download.ts';
import {
  findInTools,
  type InstallProgress,
  type InstallWay,
  installTool,
  toolsFolders,
} from './tools-folder.ts';

/** The release that is installed; its server is `MINIMUM_SERVER`. */
export const TEMPORAL_CLI_VERSION = '1.5.1';
export const MINIMUM_SERVER = '1.29.1';

const TOOL = `temporal/${TEMPORAL_CLI_VERSION}`;
/** Packages that are compiled, about: for the progress shown. */
const GO_PACKAGES = 1_275;
const GO_INSTALL_TIMEOUT_MS = 15 * 60_000;

export interface TemporalBinary {
  readonly path: string;
  /** Version of the server inside: `1.29.1`. */
  readonly serverVersion: string;
  /** `ALPHALOOM_TEMPORAL`, `PATH`, `tools`, or the way it was installed just now. */
  readonly origin: string;
}

/**
 * Finds a Temporal binary: `ALPHALOOM_TEMPORAL`, `temporal` on PATH if its server is new enough, the tools folders.
 * @param requiredServer the version that a database was made by; others are passed over
 */
export async function findTemporalBinary(
  environment: NodeJS.ProcessEnv,
  home: Home,
  requiredServer: string | null,
): Promise<TemporalBinary | null> {
  const suits = (version: string) =>
    requiredServer === null ? compareVersions(version, MINIMUM_SERVER) >= 0 : version === requiredServer;
  for (const { path, origin } of await candidates(environment, home)) {
    const serverVersion = await readServerVersion(path);
    if (serverVersion !== null && suits(serverVersion)) return { path, serverVersion, origin };
  }
  return null;
}

/**
 * Finds a binary or installs the pinned release: the official download, GitHub's, else built from source by Go.
 * @throws AlphaloomError TEMPORAL_VERSION where the database needs a version that can't be had, TOOL_INSTALL_FAILED
 */
export async function ensureTemporalBinary(
  environment: NodeJS.ProcessEnv,
  home: Home,
  requiredServer: string | null,
  onProgress: InstallProgress,
): Promise<TemporalBinary> {
  const found = await findTemporalBinary(environment, home, requiredServer);
  if (found) return found;
  if (requiredServer !== null && requiredServer !== MINIMUM_SERVER) {
    throw new AlphaloomError(
      'TEMPORAL_VERSION',
      `${home.temporalDatabase} was made by Temporal server ${requiredServer}, and no such binary is found. ` +
        `Put that version's temporal on PATH or name it in ALPHALOOM_TEMPORAL; or move the database away to begin anew ` +
        `(models and registry are not in it).`,
      { required: requiredServer, installable: MINIMUM_SERVER },
    );
  }
  const { path, way } = await installTool({
    folders: toolsFolders(environment, home),
    name: TOOL,
    file: 'temporal',
    ways: [
      archive(
        'temporal.download',
        `https://temporal.download/cli/archive/v${TEMPORAL_CLI_VERSION}?platform=${process.platform}&arch=${architecture()}`,
      ),
      archive(
        'github.com',
        `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_CLI_VERSION}/temporal_cli_${TEMPORAL_CLI_VERSION}_${process.platform}_${architecture()}.tar.gz`,
      ),
      goInstall(environment),
    ],
    verify: async candidate => {
      const version = await readServerVersion(candidate);
      if (version === MINIMUM_SERVER) return;
      throw new Error(`its server is ${version ?? 'not working'}, expected ${MINIMUM_SERVER}`);
    },
    onProgress,
  });
  return { path, serverVersion: MINIMUM_SERVER, origin: way };
}

/** The version of the server inside a `temporal` binary; null where it is none or does not run. */
async function readServerVersion(path: string): Promise<string | null> {
  const { stdout, failed } = await execa(path, ['--version'], { reject: false, timeout: 20_000 });
  return failed ? null : (/Server (\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null);
}

/** Negative, zero or positive as `1.9.0` is before, at or after `1.29.1`. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map(version => version.split('.').map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}

async function candidates(
  environment: NodeJS.ProcessEnv,
  home: Home,
): Promise<{ path: string; origin: string }[]> {
  const named = environment.ALPHALOOM_TEMPORAL;
  if (named) return [{ path: named, origin: 'ALPHALOOM_TEMPORAL' }];
  const inTools = await findInTools(toolsFolders(environment, home), `${TOOL}/temporal`);
  return [
    ...(environment.PATH ?? '')
      .split(':')
      .filter(Boolean)
      .map(folder => ({ path: join(folder, 'temporal'), origin: 'PATH' })),
    ...(inTools ? [{ path: inTools, origin: 'tools' }] : []),
  ];
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function archive(site: string, url: string): InstallWay {
  return {
    name: `download from ${site}`,
    fill: (folder, onProgress) =>
      downloadArchive(url, folder, (share, text) => onProgress(share, `${site}: ${text}`)),
  };
}

/** Builds from source; takes minutes, and works where only a Go module proxy is reached. */
function goInstall(environment: NodeJS.ProcessEnv): InstallWay {
  return {
    name: 'go install',
    async fill(folder, onProgress) {
      const target = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
      const bin = join(folder, 'bin');
      await mkdir(bin);
      const build = execa('go', ['install', '-v', '-trimpath', '-ldflags=-s -w', target], {
        env: { ...environment, GOBIN: bin, CGO_ENABLED: '0' },
        extendEnv: false,
        timeout: GO_INSTALL_TIMEOUT_MS,
        stdin: 'ignore',
        reject: false,
      });
      let packages = 0;
      for await (const line of build.iterable({ from: 'stderr' })) {
        const isPackage = !line.startsWith('go: ');
        packages += Number(isPackage);
        onProgress(
          isPackage ? Math.min(0.99, packages / GO_PACKAGES) : null,
          `building from source, some minutes: ${line.replace('go: ', '')}`,
        );
      }
      const { failed, code, stderr, timedOut } = await build;
      if (code === 'ENOENT') throw new Error('go is not on PATH');
      if (timedOut) throw new Error('it took longer than 15 minutes');
      if (failed) throw new Error(stderr.trim().split('\n').slice(-3).join(' '));
      await rename(join(bin, 'temporal'), join(folder, 'temporal'));
      await rm(bin, { recursive: true });
    },
  };
}
