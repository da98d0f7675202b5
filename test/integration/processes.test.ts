import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loadConfig } from '../../host/config.ts';
import { down, endLeftovers } from '../../host/down.ts';
import { type Home, homeAt } from '../../host/paths.ts';
import { isRunning } from '../../host/process-identity.ts';
import { replayBeforeWorkers } from '../../host/replay-gate.ts';
import { findManaged, readPorts, readRunState, SERVER, writePorts } from '../../host/run-state.ts';
import { type HomeStatus, readStatus } from '../../host/status.ts';
import { connectTemporal } from '../../host/temporal-connection.ts';
import { missingSearchAttributes } from '../../host/temporal-namespace.ts';
import { type UpReport, up } from '../../host/up.ts';
import { eventually } from '../support/eventually.ts';
import { ownPorts } from '../support/ports.ts';

const TIMEOUT = { timeout: 120_000 };
const WORKERS = ['notifier', 'worker-collection', 'worker-registry', 'worker-trading', 'worker-training'];

/** A home with ports of its own, whose processes are ended whatever happens. */
interface TestHome {
  readonly home: Home;
  start(more?: Record<string, string>, beforeWorkers?: () => Promise<void>): Promise<UpReport>;
  status(): Promise<HomeStatus>;
  connect(): ReturnType<typeof connectTemporal>;
}

async function createHome(t: TestContext): Promise<TestHome> {
  const home = homeAt(await mkdtemp(join(tmpdir(), 'alphaloom-test-')));
  t.after(async () => {
    await endLeftovers(home);
    await rm(home.root, { recursive: true, force: true, maxRetries: 5 });
  });
  await writePorts(home, await ownPorts());
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|ALPHALOOM__)/.test(name));
  const binary = process.env.ALPHALOOM_TEST_TEMPORAL;
  const base = { ...Object.fromEntries(inherited), ...(binary ? { ALPHALOOM_TEMPORAL: binary } : {}) };
  const load = (environment: NodeJS.ProcessEnv) =>
    loadConfig({ environment, cwd: home.root, homeRoot: home.root });
  return {
    home,
    async start(more = {}, beforeWorkers) {
      const environment = { ...base, ...more };
      return await up({
        home,
        environment,
        loaded: await load(environment),
        onProgress: () => {},
        beforeWorkers: beforeWorkers ?? (temporal => replayBeforeWorkers(home, temporal)),
      });
    },
    status: async () => await readStatus({ home, environment: base, loaded: await load(base) }),
    connect: async () => await connectTemporal(home, base, (await load(base)).config),
  };
}

const pids = (status: HomeStatus) => status.processes.map(({ pid }) => pid);

test(
  'the home comes up once, survives kills of every process, keeps workflows and ports, and goes down',
  TIMEOUT,
  async t => {
    const { home, start, status, connect: connectHome } = await createHome(t);
    const [first, second] = await Promise.all([start(), start()]);

    await t.test('two up at once do no harm: one starts everything, the other reports the same', () => {
      assert.deepEqual([first.already, second.already].sort(), [false, true]);
      assert.deepEqual(pids(first), pids(second));
      assert.deepEqual(first.processes.map(({ name }) => name).sort(), [SERVER, ...WORKERS].sort());
      assert.ok(first.processes.every(({ running }) => running));
      assert.equal(first.temporal?.answers, true);
    });

    await t.test(
      'finished workflows are kept for 30 days and can be listed by their attributes',
      async () => {
        const { connection, namespace, close } = await connectHome();
        const { config } = await connection.workflowService.describeNamespace({ namespace });
        assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 30 * 86_400);
        assert.deepEqual(await missingSearchAttributes(connection, namespace), []);
        await close();
      },
    );

    await t.test('the server listens on loopback alone', async () => {
      const outside = Object.values(networkInterfaces())
        .flat()
        .find(address => address && !address.internal && address.family === 'IPv4');
      const port = (await readPorts(home))!.port;
      assert.equal(await reaches('127.0.0.1', port), true);
      if (outside) assert.equal(await reaches(outside.address, port), false);
    });

    const { client, close } = await connectHome();
    // Nobody polls this queue: the workflow stays open.
    await client.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'open' });

    await t.test('a killed server is started again at the same address, with its workflows', async () => {
      const before = findManaged(home, SERVER)!.identity!;
      process.kill(before.pid, 'SIGKILL');
      await eventually(
        'the server was started again',
        async () => !isRunning(before) && (await status()).temporal?.answers === true,
      );
      assert.equal((await status()).temporal?.address, first.temporal?.address);
      assert.equal((await client.workflow.getHandle('open').describe()).status.name, 'RUNNING');
    });

    await t.test('a killed worker is started again', async () => {
      const before = findManaged(home, 'worker-registry')!.identity!;
      process.kill(before.pid, 'SIGKILL');
      await eventually('the worker was started again', () => {
        const now = findManaged(home, 'worker-registry');
        return now?.restarts === 1 && now.identity !== null && isRunning(now.identity);
      });
    });

    await t.test('a changed configuration is noticed and changes nothing', async () => {
      const again = await start({ ALPHALOOM__LOG__LEVEL: 'debug' });
      assert.deepEqual([again.already, again.outdated], [true, true]);
      assert.equal((await start()).outdated, false);
    });

    await t.test(
      'after a killed supervisor, up ends what it left and starts anew on the same ports',
      async () => {
        const left = readRunState(home)!;
        process.kill(left.supervisor.pid, 'SIGKILL');
        await eventually('the supervisor ended', () => !isRunning(left.supervisor));
        const report = await start();
        assert.equal(report.already, false);
        assert.ok(left.processes.every(({ identity }) => identity === null || !isRunning(identity)));
        assert.equal(report.temporal?.address, first.temporal?.address);
        assert.equal((await client.workflow.getHandle('open').describe()).status.name, 'RUNNING');
      },
    );
    await close();

    await t.test('down ends everything, twice does no harm, and clients are told to run up', async () => {
      const state = readRunState(home)!;
      assert.deepEqual((await down(home, () => {})).stopped.toSorted(), [SERVER, ...WORKERS].sort());
      assert.ok(state.processes.every(({ identity }) => identity === null || !isRunning(identity)));
      assert.equal(isRunning(state.supervisor), false);
      assert.deepEqual((await down(home, () => {})).stopped, []);
      await assert.rejects(connectHome(), { code: 'TEMPORAL_UNREACHABLE' });
    });

    await t.test('a database made by another server is refused and left alone', async () => {
      await writeFile(home.temporalVersionFile, '1.20.0\n');
      await assert.rejects(start(), {
        code: 'TEMPORAL_VERSION',
        message: /made by Temporal server 1\.20\.0/,
      });
      assert.equal((await status()).running, false);
      await writeFile(home.temporalVersionFile, '1.29.1\n');
    });

    await t.test('what fails before the workers start ends everything again', async () => {
      const refusal = new Error('a history does not replay');
      await assert.rejects(
        start({}, () => Promise.reject(refusal)),
        refusal,
      );
      assert.equal((await status()).running, false);
      assert.equal(readRunState(home), null);
    });
  },
);

test('a damaged database is told of with the log’s end, and nothing keeps running', TIMEOUT, async t => {
  const { home, start, status } = await createHome(t);
  await writeFile(home.temporalDatabase, 'not a database, but long enough to be taken for one'.repeat(100));
  await assert.rejects(start(), { code: 'TEMPORAL_START_FAILED', message: /file is not a database/ });
  assert.equal((await status()).running, false);
});

test(
  'a worker that can’t start is told of with its log’s end, and nothing keeps running',
  TIMEOUT,
  async t => {
    const { home, start, status } = await createHome(t);
    await writeFile(home.registryDatabase, 'not a database, but long enough to be taken for one'.repeat(100));
    await assert.rejects(start(), { code: 'WORKER_START_FAILED', message: /STORE_UNREADABLE/ });
    assert.equal((await status()).running, false);
  },
);

test('with TEMPORAL_ADDRESS that server is used and none is started', TIMEOUT, async t => {
  const host = await createHome(t);
  const address = (await host.start()).temporal!.address;
  const guest = await createHome(t);
  const report = await guest.start({
    TEMPORAL_ADDRESS: address,
    TEMPORAL_CONFIG_FILE: join(guest.home.root, 'none'),
  });
  assert.deepEqual(report.processes.map(({ name }) => name).sort(), WORKERS);
  assert.deepEqual([report.temporal?.address, report.temporal?.external], [address, true]);
  await assert.rejects(guest.start({ TEMPORAL_ADDRESS: '192.0.2.1:7233' }), {
    code: 'SHARED_STORE_REQUIRED',
  });
  await down(guest.home, () => {});
  assert.equal((await host.status()).temporal?.answers, true);
});

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (reached: boolean) => () => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
