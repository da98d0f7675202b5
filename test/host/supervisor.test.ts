import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { down, endLeftovers } from '../../host/down.ts';
import { logFile, tailLogFile } from '../../host/log-file.ts';
import { type Home, homeAt } from '../../host/paths.ts';
import {
  endProcesses,
  identifyProcess,
  isRunning,
  type ProcessIdentity,
} from '../../host/process-identity.ts';
import { findManaged, isSupervised, readRunState, SERVER, writeRunState } from '../../host/run-state.ts';
import type { ProcessPlan } from '../../host/supervisor.ts';
import { startSupervisor } from '../../host/supervisor-handle.ts';
import { eventually } from '../support/eventually.ts';

async function createHome(t: TestContext): Promise<Home> {
  const home = homeAt(await mkdtemp(join(tmpdir(), 'alphaloom-test-')));
  await mkdir(home.run, { recursive: true });
  t.after(async () => {
    await endLeftovers(home);
    await rm(home.root, { recursive: true, force: true, maxRetries: 5 });
  });
  return home;
}

function plan(name: string, script: string, home: Home): ProcessPlan {
  return { name, command: process.execPath, args: ['-e', script], cwd: home.root, environment: process.env };
}

async function until<T>(read: () => T | null | undefined | false): Promise<T> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const value = read();
    if (value) return value;
    await sleep(20);
  }
  throw new Error('it did not happen within ten seconds');
}

const FOREVER = "console.log('hello'); setInterval(() => {}, 1000)";
const running = (home: Home, name: string, not?: ProcessIdentity) =>
  until(() => {
    const identity = findManaged(home, name)?.identity;
    return identity && identity.pid !== not?.pid && isRunning(identity) && identity;
  });

test('a process that ends or is killed is started again, and how it ended is recorded', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(plan('worker', FOREVER, home));
  supervisor.start(plan('broken', 'process.exit(3)', home));
  supervisor.start({ ...plan('absent', '', home), command: '/nowhere/at/all' });
  const first = await running(home, 'worker');
  process.kill(first.pid, 'SIGKILL');
  await running(home, 'worker', first);
  assert.equal(findManaged(home, 'worker')?.restarts, 1);
  assert.equal(findManaged(home, 'worker')?.lastEnd, 'SIGKILL');
  await until(() => findManaged(home, 'broken')?.lastEnd === 'exit 3');
  await until(() => /could not start.*ENOENT/.test(findManaged(home, 'absent')?.lastEnd ?? ''));
  await eventually(
    'the worker said hello',
    async () => (await tailLogFile(logFile(home.logs, 'worker'), 1))[0] === 'hello',
  );
  await supervisor.abandon();
  assert.equal(isSupervised(readRunState(home)), false);
});

test('one that stands in for another is there when that one has settled, and each comes back beside the other', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(plan('worker', FOREVER, home));
  supervisor.start({ ...plan('standby', FOREVER, home), standsInFor: 'worker' });
  const worker = await running(home, 'worker');
  assert.equal(findManaged(home, 'standby'), null);
  await eventually('the standby runs', () => (findManaged(home, 'standby')?.identity ?? null) !== null);
  const standby = await running(home, 'standby');
  process.kill(worker.pid, 'SIGKILL');
  await until(() => findManaged(home, 'worker')?.lastEnd === 'SIGKILL');
  assert.equal(findManaged(home, 'worker')?.identity, null);
  const again = await running(home, 'worker', worker);
  assert.ok(isRunning(standby));
  process.kill(standby.pid, 'SIGKILL');
  await running(home, 'standby', standby);
  assert.ok(isRunning(again));
  await supervisor.abandon();
});

test('an up that ends before everything is ready leaves nothing behind', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(plan('worker', FOREVER, home));
  const worker = await running(home, 'worker');
  await supervisor.abandon();
  assert.equal(isRunning(worker), false);
});

test('what is kept goes on alone until down, which is harmless where nothing runs', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(plan('worker', FOREVER, home));
  const worker = await running(home, 'worker');
  await supervisor.keep('hash');
  await sleep(100);
  assert.ok(isRunning(worker));
  assert.deepEqual(await down(home, () => {}), { stopped: ['worker'] });
  assert.equal(isRunning(worker), false);
  assert.deepEqual(await down(home, () => {}), { stopped: [] });
});

test('children of a killed supervisor are ended by their recorded identity', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(plan('worker', FOREVER, home));
  const worker = await running(home, 'worker');
  await supervisor.keep('hash');
  const own = readRunState(home)!.supervisor;
  process.kill(own.pid, 'SIGKILL');
  await until(() => !isRunning(own));
  assert.ok(isRunning(worker));
  assert.deepEqual(await down(home, () => {}), { stopped: ['worker'] });
  assert.equal(isRunning(worker), false);
});

test('a home has one supervisor', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  await assert.rejects(startSupervisor(home, process.env), /another one serves this home/);
  await supervisor.abandon();
});

test('a state that names a pid of today’s strangers ends nobody', async t => {
  const home = await createHome(t);
  const stranger = { ...identifyProcess(process.pid)!, started: 'before the machine was restarted' };
  writeRunState(home, {
    supervisor: stranger,
    startedTime: 0,
    configHash: 'x',
    processes: [{ name: 'worker', identity: stranger, startedTime: 0, restarts: 0, lastEnd: null }],
  });
  assert.deepEqual(await down(home, () => {}), { stopped: [] });
});

test('a supervisor whose home was removed ends its workers, its server and itself', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  const names = ['worker', SERVER];
  for (const name of names) supervisor.start(plan(name, FOREVER, home));
  const children = await Promise.all(names.map(name => running(home, name)));
  await supervisor.keep('hash');
  const own = readRunState(home)!.supervisor;
  t.after(() => endProcesses([own, ...children], 0));
  await rm(home.root, { recursive: true });
  // Its restart makes the folder again, for its log.
  process.kill(children[0].pid, 'SIGKILL');
  await until(() => !isRunning(own));
  assert.ok(children.every(child => !isRunning(child)));
});

test('a supervisor that can’t write its state goes on looking after its children', async t => {
  const home = await createHome(t);
  const supervisor = await startSupervisor(home, process.env);
  supervisor.start(
    plan('worker', "require('fs').appendFileSync('starts', 'x'); setInterval(() => {}, 1000)", home),
  );
  const worker = await running(home, 'worker');
  await supervisor.keep('hash');
  const starts = join(home.root, 'starts');
  await until(() => existsSync(starts));
  // The name it writes under before it renames.
  await mkdir(join(home.run, 'state.json.tmp'));
  process.kill(worker.pid, 'SIGKILL');
  await until(() => readFileSync(starts, 'utf8') === 'xx');
  assert.ok(isRunning(readRunState(home)!.supervisor));
  await rm(join(home.run, 'state.json.tmp'), { recursive: true });
});
