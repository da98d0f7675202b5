import type { LoadedConfig } from './config.ts';
import type { Home } from './paths.ts';
import { isRunning } from './process-identity.ts';
import { isSupervised, readEndpoint, readRunState } from './run-state.ts';
import { externalTemporal } from './temporal-connection.ts';
import { answersFor } from './temporal-server.ts';

const ANSWER_TIMEOUT_MS = 2_000;

export interface ProcessStatus {
  readonly name: string;
  readonly running: boolean;
  readonly pid: number | null;
  readonly startedTime: number;
  readonly restarts: number;
  /** How it ended last; null if it never did. */
  readonly lastEnd: string | null;
}

export interface HomeStatus {
  readonly home: string;
  /** Whether a supervisor keeps things running. */
  readonly running: boolean;
  readonly supervisorPid: number | null;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Null for someone else's cluster. */
    readonly uiAddress: string | null;
    readonly external: boolean;
    readonly answers: boolean;
  } | null;
  readonly processes: readonly ProcessStatus[];
}

interface StatusRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
}

/** What runs for a home now. */
export async function readStatus({ home, environment, loaded }: StatusRequest): Promise<HomeStatus> {
  const state = readRunState(home);
  const supervised = isSupervised(state);
  return {
    home: home.root,
    running: supervised,
    supervisorPid: supervised ? state.supervisor.pid : null,
    temporal: await temporalStatus({ home, environment, loaded }),
    processes: (state?.processes ?? []).map(({ identity, ...process }) => {
      const running = identity !== null && isRunning(identity);
      return { ...process, running, pid: running ? identity.pid : null };
    }),
  };
}

async function temporalStatus({ home, environment, loaded }: StatusRequest): Promise<HomeStatus['temporal']> {
  const external = externalTemporal(environment, loaded.config);
  const endpoint = readEndpoint(home);
  if (external) {
    const { namespace, connection } = external;
    const { address } = connection;
    const answers = await answersFor(connection, namespace, ANSWER_TIMEOUT_MS);
    return { address, namespace, uiAddress: null, external: true, answers };
  }
  if (!endpoint) return null;
  const { address, namespace, uiAddress } = endpoint;
  const answers = await answersFor({ address }, namespace, ANSWER_TIMEOUT_MS);
  return { address, namespace, uiAddress, external: false, answers };
}
