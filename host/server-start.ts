import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../contracts/errors.ts';
import { makeFolder } from '../storage/files.ts';
import { withLock } from './lock.ts';
import { logFile, tailLogFile } from './log-file.ts';
import type { Home } from './paths.ts';
import { findManaged, type Ports, SERVER, writeEndpoint, writePorts } from './run-state.ts';
import type { SupervisorHandle } from './supervisor-handle.ts';
import type { TemporalSettings } from './temporal-connection.ts';
import { answersFor, LOOPBACK, serverArguments, serverEnvironment } from './temporal-server.ts';
import type { TemporalBinary } from './tools/temporal-binary.ts';
import { cacheFolder } from './tools/tools-folder.ts';

const SERVER_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const TAIL_LINES = 15;
const LOCK = 'ports.lock';

interface ServerRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly namespace: string;
  readonly binary: TemporalBinary;
  readonly ports: Ports;
}

/**
 * From choosing ports to listening there, one home of a user at a time: else two would choose the same. The lock lies in
 * the user's cache, where nobody else can hold it; where that can't be written, homes do without each other's.
 */
export async function withPortsLock<T>(
  environment: NodeJS.ProcessEnv,
  home: Home,
  work: () => Promise<T>,
): Promise<T> {
  const shared = join(cacheFolder(environment), LOCK);
  const path = (await canWrite(shared)) ? shared : join(home.run, LOCK);
  return await withLock(path, () => {}, work);
}

async function canWrite(lock: string): Promise<boolean> {
  try {
    await makeFolder(dirname(lock));
    await (await open(lock, 'a', 0o600)).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Has the supervisor start the server, waits until it answers, and records where it is.
 * @throws AlphaloomError TEMPORAL_START_FAILED with its log's end; PORT_TAKEN where another was faster
 */
export async function startServer(
  { home, environment, namespace, binary, ports }: ServerRequest,
  supervisor: SupervisorHandle,
): Promise<TemporalSettings> {
  const address = `${LOOPBACK}:${ports.port}`;
  supervisor.start({
    name: SERVER,
    command: binary.path,
    args: serverArguments(home, ports, namespace),
    cwd: home.root,
    environment: serverEnvironment(environment),
  });
  const deadline = Date.now() + SERVER_TIMEOUT_MS;
  for (let answers = false; !answers; ) {
    answers = await answersFor({ address }, namespace, 1_000);
    const lastEnd = findManaged(home, SERVER)?.lastEnd;
    // Asked after the answer too: it may have come from another's server at a port that ours did not get.
    if (lastEnd) throw await startFailed(home, `it ended (${lastEnd})`);
    if (!answers && Date.now() > deadline)
      throw await startFailed(home, `no answer at ${address} in a minute`);
    if (!answers) await sleep(POLL_MS);
  }
  await writePorts(home, ports);
  const { serverVersion } = binary;
  await writeEndpoint(home, {
    address,
    namespace,
    uiAddress: `http://${LOOPBACK}:${ports.uiPort}`,
    serverVersion,
  });
  return { namespace, connection: { address }, external: false };
}

async function startFailed(home: Home, what: string): Promise<AlphaloomError> {
  const log = logFile(home.logs, SERVER);
  const tail = await tailLogFile(log, TAIL_LINES);
  const details = { log, tail };
  if (tail.at(-1)?.includes('address already in use')) {
    return new AlphaloomError(
      'PORT_TAKEN',
      `A port was taken while Temporal started: ${tail.at(-1)}`,
      details,
    );
  }
  return new AlphaloomError(
    'TEMPORAL_START_FAILED',
    `The Temporal server did not start: ${what}. Its log, ${log}, ends:\n${tail.join('\n')}`,
    details,
  );
}
