import { rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { NATIVE_LIBRARIES, type NativeLibraryName } from '../models/estimators/estimator.ts';
import { exists, makeFolder, temporaryName, writeFileAtomic } from '../storage/files.ts';
import { checkChampions } from './champion-check.ts';
import type { LoadedConfig } from './config.ts';
import type { Finding } from './doctor.ts';
import { CHECKOUT, type Home } from './paths.ts';
import { isPortFree } from './ports.ts';
import { isSupervised, readEndpoint, readRunState } from './run-state.ts';
import { namesExternalTemporal, openConnection, temporalSettings } from './temporal-connection.ts';
import { missingSearchAttributes } from './temporal-namespace.ts';
import { choosePorts, readDatabaseVersion } from './temporal-server.ts';
import { checkNativeLibrary, findNativeLibrary } from './tools/native-library.ts';
import { findTemporalBinary, MINIMUM_SERVER, TEMPORAL_CLI_VERSION } from './tools/temporal-binary.ts';

export interface CheckContext {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => number;
  loadConfig(): Promise<LoadedConfig>;
}

type Check = (context: CheckContext) => Promise<Finding>;

const GIGABYTE = 1e9;
const NEEDED_BYTES = 0.5 * GIGABYTE;
const COMFORTABLE_BYTES = 3 * GIGABYTE;
const DAY_MS = 86_400_000;
const LATEST_PLAUSIBLE_TIME = Date.UTC(2100, 0);

/** The checks in the order they are shown: a line each. */
export const CHECKS: Readonly<Record<string, Check>> = {
  node: async () => ok(`${process.version} (${process.execPath})`),
  npm: checkNpm,
  'native modules': checkNativeModules,
  configuration: async ({ loadConfig }) => {
    const { file } = await loadConfig();
    return ok(file ?? 'no alphaloom.yaml: defaults');
  },
  home: checkHome,
  disk: checkDisk,
  clock: checkClock,
  'temporal binary': checkTemporalBinary,
  ports: checkPorts,
  temporal: checkTemporal,
  ...Object.fromEntries(
    NATIVE_LIBRARIES.map(name => [name, (context: CheckContext) => checkLibrary(name, context)]),
  ),
  champions: checkChampions,
};

async function checkLibrary(name: NativeLibraryName, { environment, home }: CheckContext): Promise<Finding> {
  const path = await findNativeLibrary(name, environment, home);
  await checkNativeLibrary(name, path);
  return ok(`loads and trains (${path})`);
}

async function checkNpm(): Promise<Finding> {
  const { stdout, failed } = await execa('npm', ['--version'], { reject: false, timeout: 30_000 });
  if (!failed) return ok(stdout.trim());
  return {
    outcome: 'warning',
    detail: 'npm does not run; it is needed when dependencies change',
    mend: 'Install npm: it comes with Node (https://nodejs.org).',
  };
}

/** Each is loaded in a process of its own: a broken one may end the process. */
async function checkNativeModules(): Promise<Finding> {
  const modules = ['onnxruntime-node', '@duckdb/node-api', 'koffi', '@temporalio/core-bridge'];
  const broken: string[] = [];
  for (const name of modules) {
    const run = await execa(process.execPath, ['-e', `require(${JSON.stringify(name)})`], {
      cwd: CHECKOUT,
      reject: false,
      timeout: 30_000,
    });
    const reason = run.stderr.split('\n').find(line => /error/i.test(line)) ?? run.signal ?? '';
    if (run.failed) broken.push(`${name} (${reason.trim()})`);
  }
  if (broken.length === 0) return ok(`ONNX Runtime, DuckDB, koffi and Temporal’s core load`);
  return {
    outcome: 'wrong',
    detail: `does not load: ${broken.join(', ')}`,
    mend: `Remove ${join(CHECKOUT, 'node_modules')} and start again; it is installed anew.`,
  };
}

async function checkHome({ home }: CheckContext): Promise<Finding> {
  await makeFolder(home.root);
  const probe = temporaryName(join(home.root, 'doctor'));
  await writeFileAtomic(probe, 'ok');
  await rm(probe);
  return ok(`${home.root} can be written`);
}

async function checkDisk({ home }: CheckContext): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(home.root));
  const free = bavail * bsize;
  const detail = `${(free / GIGABYTE).toFixed(1)} GB free`;
  if (free >= COMFORTABLE_BYTES) return ok(detail);
  const mend = 'Free space, or set ALPHALOOM_HOME to a folder on another disk.';
  return { outcome: free < NEEDED_BYTES ? 'wrong' : 'warning', detail, mend };
}

/** The home itself, or the folder it would be made in. */
async function nearestFolder(path: string): Promise<string> {
  return (await exists(path)) || dirname(path) === path ? path : await nearestFolder(dirname(path));
}

/** Bars, deadlines and certificates depend on it; the checkout's own files can't be of the future. */
async function checkClock({ now }: CheckContext): Promise<Finding> {
  const written = (await stat(join(CHECKOUT, 'package-lock.json'))).mtimeMs;
  const detail = `${new Date(now()).toISOString()} (UTC)`;
  if (now() > written - DAY_MS && now() < LATEST_PLAUSIBLE_TIME) return ok(detail);
  return {
    outcome: 'wrong',
    detail: `${detail} can’t be: this checkout was written at ${new Date(written).toISOString()}`,
    mend: 'Set the clock, e.g. timedatectl set-ntp true.',
  };
}

async function checkTemporalBinary({ environment, home }: CheckContext): Promise<Finding> {
  if (namesExternalTemporal(environment)) return ok('not needed: the environment names a cluster');
  const required = await readDatabaseVersion(home);
  const found = await findTemporalBinary(environment, home, required);
  if (found) return ok(`server ${found.serverVersion} from ${found.origin} (${found.path})`);
  const wanted = required ?? `${MINIMUM_SERVER} or newer`;
  return {
    outcome: 'wrong',
    detail: `no binary with server ${wanted}${required ? ', which made this home’s database' : ''}`,
    mend:
      required === null || required === MINIMUM_SERVER
        ? `Run ./alphaloom setup (it brings release ${TEMPORAL_CLI_VERSION}).`
        : `Name a binary of that version in ALPHALOOM_TEMPORAL, or move ${home.temporalDatabase} away.`,
  };
}

async function checkPorts({ environment, home, loadConfig }: CheckContext): Promise<Finding> {
  if (namesExternalTemporal(environment)) return ok('not needed: the environment names a cluster');
  const endpoint = readEndpoint(home);
  if (endpoint && isSupervised(readRunState(home))) return ok(`in use by this home: ${endpoint.address}`);
  const { port, uiPort } = await choosePorts(home, await loadConfig());
  const note = (await isPortFree(7233)) ? '' : ' (7233 is taken by another program)';
  return ok(`up will use ${port} and ${uiPort}${note}`);
}

async function checkTemporal({ environment, home, loadConfig }: CheckContext): Promise<Finding> {
  const { config } = await loadConfig();
  if (!namesExternalTemporal(environment) && !isSupervised(readRunState(home))) {
    return ok('not running; ./alphaloom up starts it');
  }
  const { connection, namespace, close } = await openConnection(
    await temporalSettings(home, environment, config),
  );
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const missing = await missingSearchAttributes(connection, namespace);
    if (missing.length === 0) return ok(`server ${serverVersion} answers, namespace ${namespace} is ready`);
    return {
      outcome: 'warning',
      detail: `namespace ${namespace} lacks the search attributes ${missing.join(', ')}`,
      mend: 'Run ./alphaloom up: it adds them, or prints the command that does.',
    };
  } finally {
    await close();
  }
}

function ok(detail: string): Finding {
  return { outcome: 'ok', detail, mend: null };
}
