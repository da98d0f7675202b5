import { isIP } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../contracts/config.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { dataConverter } from '../workers/data-converter.ts';
import type { Home } from './paths.ts';
import { isRunning } from './process-identity.ts';
import { readEndpoint, readRunState, SERVER } from './run-state.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** How to reach a home's Temporal. */
export interface TemporalSettings {
  readonly namespace: string;
  readonly connection: ClientConnectConfig['connectionOptions'] & { readonly address: string };
  /** Someone else's cluster, by TEMPORAL_ADDRESS or TEMPORAL_PROFILE. */
  readonly external: boolean;
}

export interface TemporalConnection {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * Connects to the home's Temporal.
 * @throws AlphaloomError TEMPORAL_UNREACHABLE, SHARED_STORE_REQUIRED, CONFIG_INVALID
 */
export async function connectTemporal(
  home: Home,
  environment: NodeJS.ProcessEnv,
  config: Config,
): Promise<TemporalConnection> {
  return await openConnection(await temporalSettings(home, environment, config));
}

/**
 * Where the home's Temporal is: the environment's cluster, else the embedded server that `up` started.
 * @throws AlphaloomError TEMPORAL_UNREACHABLE where none runs, SHARED_STORE_REQUIRED, CONFIG_INVALID
 */
export async function temporalSettings(
  home: Home,
  environment: NodeJS.ProcessEnv,
  config: Config,
): Promise<TemporalSettings> {
  const external = externalTemporal(environment, config);
  if (external) return external;
  const endpoint = readEndpoint(home);
  if (endpoint && isServed(home)) {
    return { namespace: endpoint.namespace, connection: { address: endpoint.address }, external: false };
  }
  throw new AlphaloomError('TEMPORAL_UNREACHABLE', `No Temporal runs for ${home.root}. Run ./alphaloom up.`, {
    home: home.root,
  });
}

/**
 * The cluster that TEMPORAL_ADDRESS or TEMPORAL_PROFILE names; null where neither is set (a user-level file alone does not
 * count).
 * @throws AlphaloomError SHARED_STORE_REQUIRED for another machine: artifacts, registry and candles are local files
 */
export function externalTemporal(environment: NodeJS.ProcessEnv, config: Config): TemporalSettings | null {
  if (!namesExternalTemporal(environment)) return null;
  const { namespace, connectionOptions } = readProfile(environment);
  const { address } = connectionOptions;
  if (!address) {
    throw new AlphaloomError(
      'CONFIG_INVALID',
      `TEMPORAL_PROFILE is ${environment.TEMPORAL_PROFILE}, a profile without address. Add one, or set TEMPORAL_ADDRESS.`,
      { profile: environment.TEMPORAL_PROFILE },
    );
  }
  if (!isLoopback(address)) {
    throw new AlphaloomError(
      'SHARED_STORE_REQUIRED',
      `Temporal at ${address} is another machine's, but this home's candles, artifacts and registry are files of this one: ` +
        'workers elsewhere could not read them. Use the embedded Temporal (unset TEMPORAL_ADDRESS and TEMPORAL_PROFILE) or one on loopback.',
      { address },
    );
  }
  return {
    namespace: namespace ?? config.temporal.namespace,
    connection: { ...connectionOptions, address },
    external: true,
  };
}

/** Whether the environment asks for someone else's cluster. */
export function namesExternalTemporal(environment: NodeJS.ProcessEnv): boolean {
  return Boolean(environment.TEMPORAL_ADDRESS || environment.TEMPORAL_PROFILE);
}

/** @throws AlphaloomError TEMPORAL_UNREACHABLE */
export async function openConnection(settings: TemporalSettings): Promise<TemporalConnection> {
  const { namespace, external } = settings;
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...settings.connection, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    const mend = external ? 'Check TEMPORAL_ADDRESS and TEMPORAL_PROFILE.' : 'Run ./alphaloom status.';
    throw new AlphaloomError(
      'TEMPORAL_UNREACHABLE',
      `Temporal at ${settings.connection.address} does not answer. ${mend}`,
      { address: settings.connection.address },
      { cause: error },
    );
  }
  return {
    client: new Client({ connection, namespace, dataConverter }),
    connection,
    namespace,
    close: () => connection.close(),
  };
}

/** The recorded server lives, or the supervisor is about to start it again; else its port may be another's by now. */
function isServed(home: Home): boolean {
  const state = readRunState(home);
  if (state === null) return false;
  const server = state.processes.find(({ name }) => name === SERVER)?.identity;
  return isRunning(state.supervisor) || (server != null && isRunning(server));
}

function readProfile(environment: NodeJS.ProcessEnv): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: environment as Record<string, string> });
  } catch (error) {
    throw new AlphaloomError(
      'CONFIG_INVALID',
      `The settings of TEMPORAL_PROFILE or TEMPORAL_ADDRESS can't be used: ${(error as Error).message}.`,
      { profile: environment.TEMPORAL_PROFILE ?? null },
      { cause: error },
    );
  }
}

function isLoopback(address: string): boolean {
  const host = address
    .replace(/^\w+:\/\//, '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
