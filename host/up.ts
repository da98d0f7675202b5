import { createHash } from 'node:crypto';
import { AlphaloomError } from '../contracts/errors.ts';
import { makeFolder } from '../storage/files.ts';
import { applyCollectionSchedule } from './collection-schedule.ts';
import type { LoadedConfig } from './config.ts';
import { endLeftovers } from './down.ts';
import { withLock } from './lock.ts';
import { type Home, readHomeId } from './paths.ts';
import { isSupervised, readRunState, upLockPath, writeStartedConfig } from './run-state.ts';
import { startServer, withPortsLock } from './server-start.ts';
import { configParts } from './started-config.ts';
import { type HomeStatus, readStatus } from './status.ts';
import { type SupervisorHandle, startSupervisor } from './supervisor-handle.ts';
import {
  externalTemporal,
  openConnection,
  type TemporalConnection,
  type TemporalSettings,
} from './temporal-connection.ts';
import { ensureSearchAttributes, setRetention } from './temporal-namespace.ts';
import { choosePorts, readDatabaseVersion, writeDatabaseVersion } from './temporal-server.ts';
import { ensureTemporalBinary } from './tools/temporal-binary.ts';
import type { InstallProgress } from './tools/tools-folder.ts';
import { startNotifier, startWorkers } from './worker-start.ts';

export interface UpRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  readonly onProgress: InstallProgress;
  /** Runs when Temporal answers and before a worker takes work; what it throws ends everything again. */
  beforeWorkers(temporal: TemporalConnection): Promise<void>;
}

export interface UpReport extends HomeStatus {
  /** Everything ran already, and was left as it is. */
  readonly already: boolean;
  /** The configuration differs from the one that what runs was started with. */
  readonly outdated: boolean;
}

const PORT_RACE_TRIES = 3;

/**
 * Starts the home's Temporal server (or uses the environment's) and its workers, kept alive by a supervisor, and returns
 * when all of them take work. Of two at once the second waits and reports the same. Where it fails, nothing stays behind.
 * @throws AlphaloomError PORT_TAKEN, TEMPORAL_START_FAILED, TEMPORAL_VERSION, TEMPORAL_SETUP, TEMPORAL_UNREACHABLE,
 *   SHARED_STORE_REQUIRED, WORKER_START_FAILED, TOOL_INSTALL_FAILED
 */
export async function up(request: UpRequest): Promise<UpReport> {
  const { home, environment, loaded, onProgress } = request;
  const external = externalTemporal(environment, loaded.config);
  const hash = configHash(loaded, external);
  await makeFolder(home.run);
  const wait = () => onProgress(null, 'another up or down is under way; waiting for it');
  return await withLock(upLockPath(home), wait, async () => {
    const state = readRunState(home);
    if (isSupervised(state) && state.configHash !== null) {
      return { ...(await readStatus(request)), already: true, outdated: state.configHash !== hash };
    }
    await endLeftovers(home);
    const { supervisor, settings } = external
      ? { supervisor: await startSupervisor(home, environment), settings: external }
      : await startEmbedded(request);
    await orEndAll(home, supervisor, async () => {
      await prepareNamespace(request, settings);
      onProgress(null, 'starting the workers');
      await startWorkers(request, supervisor);
      await startNotifier(request, supervisor);
      await writeStartedConfig(home, configParts(loaded));
      await supervisor.keep(hash);
    });
    return { ...(await readStatus(request)), already: false, outdated: false };
  });
}

async function startEmbedded(
  request: UpRequest,
): Promise<{ supervisor: SupervisorHandle; settings: TemporalSettings }> {
  const { home, environment, loaded, onProgress } = request;
  const { namespace } = loaded.config.temporal;
  const binary = await ensureTemporalBinary(environment, home, await readDatabaseVersion(home), onProgress);
  onProgress(null, 'starting Temporal');
  const start = async () => {
    const ports = await choosePorts(home, loaded);
    const supervisor = await startSupervisor(home, environment);
    const settings = await orEndAll(home, supervisor, async () => {
      await writeDatabaseVersion(home, binary.serverVersion);
      return await startServer({ home, environment, namespace, binary, ports }, supervisor);
    });
    return { supervisor, settings };
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await withPortsLock(environment, home, start);
    } catch (error) {
      // Another program was faster at a port that was free: choose again.
      const isRace = error instanceof AlphaloomError && error.code === 'PORT_TAKEN';
      if (!isRace || attempt === PORT_RACE_TRIES) throw error;
    }
  }
}

/** Runs a step; where it fails, everything that was started ends before the error goes on. */
async function orEndAll<T>(home: Home, supervisor: SupervisorHandle, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await supervisor.abandon();
    await endLeftovers(home);
    throw error;
  }
}

async function prepareNamespace(request: UpRequest, settings: TemporalSettings): Promise<void> {
  const { retentionDays } = request.loaded.config.temporal;
  const temporal = await openConnection(settings);
  try {
    if (!settings.external) await setRetention(temporal.connection, settings.namespace, retentionDays);
    await ensureSearchAttributes(temporal.connection, settings.namespace);
    await request.beforeWorkers(temporal);
    await applyCollectionSchedule(temporal.client, await readHomeId(request.home), request.loaded.config);
  } finally {
    await temporal.close();
  }
}

function configHash({ config, folder }: LoadedConfig, external: TemporalSettings | null): string {
  const used = { config, folder, external: external?.connection.address ?? null };
  return createHash('sha256').update(JSON.stringify(used)).digest('hex');
}
