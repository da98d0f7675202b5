import { readFile } from 'node:fs/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { AlphaloomError } from '../contracts/errors.ts';
import { exists, writeFileAtomic } from '../storage/files.ts';
import type { LoadedConfig } from './config.ts';
import type { Home } from './paths.ts';
import { isPortFree, nextFreePort } from './ports.ts';
import { type Ports, readPorts } from './run-state.ts';
import { SEARCH_ATTRIBUTES } from './temporal-namespace.ts';

export const LOOPBACK = '127.0.0.1';
const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;

/**
 * Arguments of the embedded server: loopback only; every commit on disk before it is answered; eager activities and
 * exact timers, which the defaults trade for scale.
 */
export function serverArguments(home: Home, ports: Ports, namespace: string): string[] {
  return [
    ...['server', 'start-dev'],
    ...['--ip', LOOPBACK, '--port', String(ports.port)],
    ...['--ui-ip', LOOPBACK, '--ui-port', String(ports.uiPort)],
    ...['--namespace', namespace],
    ...['--db-filename', home.temporalDatabase],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=2'],
    ...['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
    // Heeded on a new database alone, where they work from the first moment.
    ...SEARCH_ATTRIBUTES.flatMap(name => ['--search-attribute', `${name}=Keyword`]),
    ...['--log-format', 'json', '--log-level', 'warn'],
    ...['--disable-config-file', '--disable-config-env'],
  ];
}

/** The server must not be pointed elsewhere by what its user set for clients. */
export function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

/**
 * Ports for the server: the configured ones, else those of the last time, else the usual ones or the next free.
 * @throws AlphaloomError PORT_TAKEN where a configured one is in use
 */
export async function choosePorts(
  home: Home,
  { config: { temporal }, values }: Pick<LoadedConfig, 'config' | 'values'>,
): Promise<Ports> {
  const named = (path: string, flag: string) => nameSetting(values, path, flag);
  const last = await readPorts(home);
  const port = await choosePort(
    named('temporal.port', '--port'),
    temporal.port,
    last?.port,
    DEFAULT_PORT,
    [],
  );
  const uiPort = await choosePort(
    named('temporal.uiPort', '--ui-port'),
    temporal.uiPort,
    last?.uiPort,
    DEFAULT_UI_PORT,
    [port],
  );
  return { port, uiPort };
}

async function choosePort(
  setting: string,
  configured: number | undefined,
  last: number | undefined,
  usual: number,
  taken: readonly number[],
): Promise<number> {
  if (configured !== undefined) {
    if (!taken.includes(configured) && (await isPortFree(configured))) return configured;
    throw new AlphaloomError(
      'PORT_TAKEN',
      `${setting} is ${configured}, which another program uses on ${LOOPBACK}. Choose another, or leave it out to get the next free one.`,
      { setting, port: configured },
    );
  }
  if (last !== undefined && !taken.includes(last) && (await isPortFree(last))) return last;
  return await nextFreePort(usual, taken);
}

/** What its user wrote: the flag, or the setting and where it stands. */
function nameSetting(values: LoadedConfig['values'], path: string, flag: string): string {
  const origin = values.find(value => value.path === path)?.origin;
  if (origin === 'flag') return flag;
  return origin === undefined ? path : `${path} (${origin})`;
}

/** The version of the server that made the home's database; null where there is no database yet. */
export async function readDatabaseVersion(home: Home): Promise<string | null> {
  if (!(await exists(home.temporalDatabase)) || !(await exists(home.temporalVersionFile))) return null;
  return (await readFile(home.temporalVersionFile, 'utf8')).trim();
}

/** Written before the server first touches the database. */
export async function writeDatabaseVersion(home: Home, serverVersion: string): Promise<void> {
  if ((await readDatabaseVersion(home)) === serverVersion) return;
  await writeFileAtomic(home.temporalVersionFile, `${serverVersion}\n`);
}

/** Whether a Temporal server answers for the namespace; waits for `timeoutMs` at most. */
export async function answersFor(
  options: ConnectionOptions,
  namespace: string,
  timeoutMs: number,
): Promise<boolean> {
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: timeoutMs });
    try {
      await connection.withDeadline(Date.now() + timeoutMs, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
