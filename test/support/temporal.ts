import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Queue } from '../../contracts/queues.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { createOrchestrator, type TemporalOrchestrator } from '../../host/orchestrator.ts';
import { CHECKOUT, type Home, homeAt, readHomeId } from '../../host/paths.ts';
import type { Ports } from '../../host/run-state.ts';
import { connectTemporal, type TemporalConnection } from '../../host/temporal-connection.ts';
import { answersFor, serverArguments, serverEnvironment } from '../../host/temporal-server.ts';
import { eventually } from './eventually.ts';
import { lightgbmLibrary } from './lightgbm.ts';
import { ownPorts } from './ports.ts';
import { temporaryHome } from './temporary-home.ts';

/** The real server: ALPHALOOM_TEST_TEMPORAL, which `./alphaloom test` sets. */
function temporalBinary(): string {
  const path = process.env.ALPHALOOM_TEST_TEMPORAL;
  if (path) return path;
  throw new Error(
    'These tests need the Temporal binary: run ./alphaloom test, or name it in ALPHALOOM_TEST_TEMPORAL.',
  );
}

const PORT_TRIES = 3;
/** On a machine that many share a process takes its time to begin. */
const START_MS = 240_000;

let clusters = 0;

/** A home with its own Temporal server and, as child processes, the workers a test starts; all ended afterwards. */
export interface TestCluster {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly rooms: OpenRooms;
  readonly temporal: TemporalConnection;
  readonly orchestrator: TemporalOrchestrator;
  startWorker(...queues: Queue[]): Promise<ChildProcess>;
  /** One more that trades, as soon as the one before it no longer does. */
  startStandby(): Promise<ChildProcess>;
  killServer(): Promise<void>;
  startServer(): Promise<void>;
}

/**
 * @param settings environment variables of the configuration (`ALPHALOOM__…`)
 * @param serverFlags beside those that a home's server is started with
 */
export async function startCluster(
  t: TestContext,
  settings: Readonly<Record<string, string>> = {},
  serverFlags: readonly string[] = [],
): Promise<TestCluster> {
  const children = new Set<ChildProcess>();
  const closers: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of closers.toReversed()) await close();
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...children].map(child => hasEnded(child) || once(child, 'exit')));
  });
  // After the above: what is asked for first is done first, and the home goes when nobody writes there any more.
  const home = homeAt(await temporaryHome(t));
  // Of its own: another test's server at a port that this one did not get can't be taken for it.
  const namespace = `test-${process.pid}-${clusters++}`;
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv, log: string) => {
    const output = openSync(join(home.root, log), 'a');
    const child = spawn(command, args, { env, stdio: ['ignore', output, output] });
    children.add(child);
    return child;
  };

  let server: ChildProcess;
  const startServerAt = async (ports: Ports) => {
    const args = [...serverArguments(home, ports, namespace), ...serverFlags];
    server = start(temporalBinary(), args, serverEnvironment(process.env), 'server.log');
    await eventually('the Temporal server answered or ended', async () => {
      return hasEnded(server) || (await answersFor({ address: addressOf(ports) }, namespace, 500));
    });
    if (hasEnded(server))
      throw new Error(`The Temporal server ended: ${endOf(join(home.root, 'server.log'))}`);
  };
  const ports = await withOtherPorts(startServerAt);
  const environment = {
    ...process.env,
    ...settings,
    ALPHALOOM_HOME: home.root,
    TEMPORAL_ADDRESS: addressOf(ports),
    TEMPORAL_NAMESPACE: namespace,
    ALPHALOOM_LIGHTGBM: lightgbmLibrary(),
  };
  const loaded = await loadConfig({ environment: settings, cwd: home.root, homeRoot: home.root });
  const temporal = await connectTemporal(home, environment, loaded.config);
  const rooms = await composeRooms({ home, environment, loaded, client: temporal.client });
  closers.push(
    () => temporal.close(),
    () => rooms.close(),
  );
  await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
    kind: SAMPLE.kind,
    source: 'sample',
  });

  let workers = 0;
  const workersLog = join(home.root, 'workers.log');
  const spawnWorker = (queues: readonly Queue[], ready: string) => {
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--import',
      join(CHECKOUT, 'test/support/no-network.ts'),
      join(CHECKOUT, 'cli/main.ts'),
      'worker',
      ...queues,
      '--ready-file',
      ready,
    ];
    return start(process.execPath, args, environment, 'workers.log');
  };
  const untilSo = async (what: string, child: ChildProcess, isSo: () => boolean) => {
    await eventually(`${what} or ended`, () => isSo() || hasEnded(child), START_MS).catch((error: Error) => {
      throw new Error(`${error.message} Its log: ${endOf(workersLog)}`);
    });
    if (hasEnded(child)) throw new Error(`The worker ended: ${endOf(workersLog)}`);
  };
  return {
    home,
    environment,
    rooms,
    temporal,
    orchestrator: createOrchestrator(temporal.client, await readHomeId(home)),
    startServer: () => startServerAt(ports),
    async killServer() {
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    async startWorker(...queues) {
      const ready = join(home.root, `ready-${workers++}.json`);
      const child = spawnWorker(queues, ready);
      await untilSo('the worker was ready', child, () => existsSync(ready));
      return child;
    },
    async startStandby() {
      const standingBy = () => readFileSync(workersLog, 'utf8').split('standing by').length;
      const before = standingBy();
      const child = spawnWorker(['trading'], join(home.root, `ready-${workers++}.json`));
      await untilSo('the worker stood by', child, () => standingBy() > before);
      return child;
    },
  };
}

/** Starts at ports that were free; where another program was faster, at the next ones. */
async function withOtherPorts(startAt: (ports: Ports) => Promise<void>): Promise<Ports> {
  for (let attempt = 1; ; attempt++) {
    const ports = await ownPorts();
    try {
      await startAt(ports);
      return ports;
    } catch (error) {
      if (attempt === PORT_TRIES) throw error;
    }
  }
}

function addressOf({ port }: Ports): string {
  return `127.0.0.1:${port}`;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endOf(log: string): string {
  return readFileSync(log, 'utf8').slice(-2_000);
}
