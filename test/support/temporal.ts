import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Queue } from '../../contracts/queues.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { createOrchestrator, type TemporalOrchestrator } from '../../host/orchestrator.ts';
import { CHECKOUT, type Home, homeAt, readHomeId } from '../../host/paths.ts';
import { nextFreePort } from '../../host/ports.ts';
import { connectTemporal, type TemporalConnection } from '../../host/temporal-connection.ts';
import { answersFor, serverArguments, serverEnvironment } from '../../host/temporal-server.ts';
import { lightgbmLibrary } from './lightgbm.ts';
import { temporaryHome } from './temporary-home.ts';

/** The real server: ALPHALOOM_TEST_TEMPORAL, which `./alphaloom test` sets. */
function temporalBinary(): string {
  const path = process.env.ALPHALOOM_TEST_TEMPORAL;
  if (path) return path;
  throw new Error(
    'These tests need the Temporal binary: run ./alphaloom test, or name it in ALPHALOOM_TEST_TEMPORAL.',
  );
}

/** A home with its own Temporal server and, as child processes, the workers a test starts; all ended afterwards. */
export interface TestCluster {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly rooms: OpenRooms;
  readonly temporal: TemporalConnection;
  readonly orchestrator: TemporalOrchestrator;
  startWorker(...queues: Queue[]): Promise<ChildProcess>;
  killServer(): Promise<void>;
  startServer(): Promise<void>;
}

export async function startCluster(t: TestContext): Promise<TestCluster> {
  const home = homeAt(await temporaryHome(t));
  const port = await nextFreePort(20_000 + (process.pid % 20_000));
  const ports = { port, uiPort: await nextFreePort(port + 1) };
  const address = `127.0.0.1:${port}`;
  const environment = {
    ...process.env,
    ALPHALOOM_HOME: home.root,
    TEMPORAL_ADDRESS: address,
    ALPHALOOM_LIGHTGBM: lightgbmLibrary(),
  };
  const children = new Set<ChildProcess>();
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv, log: string) => {
    const output = openSync(join(home.root, log), 'a');
    const child = spawn(command, args, { env, stdio: ['ignore', output, output] });
    children.add(child);
    return child;
  };

  let server: ChildProcess;
  const startServer = async () => {
    server = start(
      temporalBinary(),
      serverArguments(home, ports, 'default'),
      serverEnvironment(process.env),
      'server.log',
    );
    while (!(await answersFor({ address }, 'default', 500))) await sleep(50);
  };
  await startServer();
  const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
  const temporal = await connectTemporal(home, environment, loaded.config);
  const rooms = await composeRooms({ home, environment, loaded, client: temporal.client });
  t.after(async () => {
    await rooms.close();
    await temporal.close();
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...children].map(child => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  });
  await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
    kind: SAMPLE.kind,
    source: 'sample',
  });

  let workers = 0;
  return {
    home,
    environment,
    rooms,
    temporal,
    orchestrator: createOrchestrator(temporal.client, await readHomeId(home)),
    startServer,
    async killServer() {
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    async startWorker(...queues) {
      const ready = join(home.root, `ready-${workers++}.json`);
      const args = [
        '--disable-warning=ExperimentalWarning',
        join(CHECKOUT, 'cli/main.ts'),
        'worker',
        ...queues,
        '--ready-file',
        ready,
      ];
      const child = start(process.execPath, args, environment, 'workers.log');
      while (!existsSync(ready)) {
        if (child.exitCode !== null)
          throw new Error(`The worker ended with ${child.exitCode}; see workers.log.`);
        await sleep(50);
      }
      return child;
    },
  };
}
