import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock, withLock } from '../../host/lock.ts';
import { readLogFile, rotateLogFile, tailLogFile } from '../../host/log-file.ts';
import { isPortFree, nextFreePort } from '../../host/ports.ts';
import { endProcesses, identifyProcess, isRunning, signalProcess } from '../../host/process-identity.ts';
import { temporaryHome } from '../support/temporary-home.ts';

function child(t: TestContext, script: string): ChildProcess {
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => started.kill('SIGKILL'));
  return started;
}

test('a lock is held by one at a time and waited for', async t => {
  const path = join(await temporaryHome(t), 'run/a.lock');
  const lock = await tryLock(path);
  assert.ok(lock);
  assert.equal(await tryLock(path), null);
  let waits = 0;
  const waiting = withLock(
    path,
    () => waits++,
    async () => 'done',
  );
  await sleep(20);
  lock.release();
  assert.equal(await waiting, 'done');
  assert.equal(waits, 1);
});

test('a lock whose holder was killed is free at once', async t => {
  const path = join(await temporaryHome(t), 'a.lock');
  const lockFile = JSON.stringify(join(import.meta.dirname, '../../host/lock.ts'));
  const holder = child(
    t,
    `import(${lockFile}).then(async ({tryLock}) => { globalThis.lock = await tryLock(${JSON.stringify(path)}); console.log(lock !== null); setInterval(() => {}, 1000) })`,
  );
  const [first] = await once(holder.stdout!, 'data');
  assert.equal(String(first), 'true\n');
  assert.equal(await tryLock(path), null);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await tryLock(path);
  assert.ok(lock);
  lock.release();
});

test('a process is known by its start, so that a recycled pid is never taken for it', async t => {
  const started = child(t, 'setInterval(() => {}, 1000)');
  const identity = identifyProcess(started.pid!);
  assert.ok(identity && isRunning(identity));
  const stranger = { ...identity, started: 'another time' };
  assert.equal(isRunning(stranger), false);
  signalProcess(stranger, 'SIGKILL');
  await endProcesses([stranger], 100);
  assert.ok(isRunning(identity), 'the process that only shares the pid lives');
  started.kill('SIGKILL');
  await once(started, 'exit');
  assert.equal(isRunning(identity), false);
});

test('a process that ignores the request to end is killed after its grace', async t => {
  const stubborn = child(
    t,
    "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)",
  );
  await once(stubborn.stdout!, 'data');
  await endProcesses([identifyProcess(stubborn.pid!)!], 150);
  assert.equal(stubborn.signalCode ?? (await once(stubborn, 'exit'))[1], 'SIGKILL');
});

test('a taken port is passed over', async t => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  assert.equal(await isPortFree(port), false);
  assert.ok((await nextFreePort(port)) > port);
});

test('a log that has grown is moved aside while its writers go on, and the oldest is dropped', async t => {
  const path = join(await temporaryHome(t), 'a.log');
  for (const round of [1, 2, 3, 4, 5]) {
    await appendFile(path, `${round} ${'x'.repeat(100)}\n`);
    await rotateLogFile(path, 100);
  }
  assert.equal((await stat(path)).size, 0);
  assert.match(await readFile(`${path}.1`, 'utf8'), /^5 /);
  assert.match(await readFile(`${path}.3`, 'utf8'), /^3 /);
  await assert.rejects(stat(`${path}.4`));
});

test('the end of a log is read, and what follows it, also after a rotation', async t => {
  const path = join(await temporaryHome(t), 'a.log');
  assert.deepEqual(await tailLogFile(path, 5), []);
  await writeFile(path, 'one\ntwo\nthree\n');
  assert.deepEqual(await tailLogFile(path, 2), ['two', 'three']);
  const { next } = await readLogFile(path, 0);
  await appendFile(path, 'four\n');
  assert.equal((await readLogFile(path, next)).text, 'four\n');
  await writeFile(path, 'new\n');
  assert.equal((await readLogFile(path, next)).text, 'new\n');
});
