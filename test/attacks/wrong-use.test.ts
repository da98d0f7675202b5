import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { SAMPLE } from '../../candles/sample/index.ts';
import { createCandleStore } from '../../candles/store.ts';
import { ERROR_CODES } from '../../contracts/errors.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { FROM_FILE, HOURLY, makeBars } from '../candles/fixtures.ts';
import { move, registerVersions } from '../registry/fixtures.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { filesOf, fingerprint } from './fingerprint.ts';
import { CLI, type Scene, WRONG_USES } from './wrong-uses.ts';

const run = promisify(execFile);

/** Nothing of the machine's own settings. */
const CLEAN = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(ALPHALOOM|TEMPORAL)_/.test(name)),
);

/** Holds the home that every scene is a copy of, and the compiled program that all command lines share. */
let shared: string;

before(async () => {
  shared = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
  const template = join(shared, 'home');
  const candles = createCandleStore(template, { now: Date.now });
  await candles.append(HOURLY, makeBars(), FROM_FILE);
  await candles.close();
  const registry = await openSqliteRegistry(join(template, 'registry.sqlite'), { now: Date.now });
  await registerVersions(registry, 1);
  await registry.moveChampion(move('promote', 1));
  registry.close();
});
after(() => rm(shared, { recursive: true, force: true }));

async function sceneOf(t: TestContext): Promise<Scene> {
  const root = await temporaryHome(t);
  const scene = { t, home: join(root, 'home'), folder: join(root, 'folder') };
  await cp(join(shared, 'home'), scene.home, { recursive: true });
  await mkdir(scene.folder);
  return scene;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function alphaloom(
  words: readonly string[],
  { home, folder }: Pick<Scene, 'home' | 'folder'>,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const args = ['--disable-warning=ExperimentalWarning', CLI, ...words, '--json'];
  const options = {
    cwd: folder,
    env: { ...CLEAN, NODE_COMPILE_CACHE: join(shared, 'compiled'), ALPHALOOM_HOME: home, ...environment },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  } as const;
  try {
    return { code: 0, ...(await run(process.execPath, args, options)) };
  } catch (error) {
    return error as unknown as Outcome;
  }
}

describe('wrong use is refused by its name, and breaks nothing', { concurrency: 4 }, () => {
  for (const { name, words, environment, prepare, code, exit, says, skip = false } of WRONG_USES) {
    test(name, { skip, timeout: 90_000 }, async t => {
      const scene = await sceneOf(t);
      await prepare?.(scene);
      const asIs = await fingerprint(scene.home);
      const outcome = await alphaloom(words, scene, await environment?.(scene));
      assert.equal(outcome.code, exit, outcome.stdout + outcome.stderr);
      // One document, or this throws.
      const { error } = JSON.parse(outcome.stdout);
      assert.equal(error.code, code, error.message);
      assert.equal(ERROR_CODES[code].exit, exit);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /\n +at |node:internal/);
      assert.deepEqual(await fingerprint(scene.home), asIs);
    });
  }
});

test('people are told the code, the sentence and the mend, on standard error', async t => {
  const scene = await sceneOf(t);
  const args = [CLI, 'predict', 'BTCUSD', '7m'];
  const outcome: Outcome = await run(process.execPath, args, {
    cwd: scene.folder,
    env: { ...CLEAN, ALPHALOOM_HOME: scene.home },
  }).catch(error => error);
  assert.equal(outcome.code, 2);
  assert.equal(outcome.stdout, '');
  assert.ok(outcome.stderr.includes('TIMEFRAME_INVALID: "7m" is not a timeframe.'), outcome.stderr);
  assert.ok(outcome.stderr.includes(ERROR_CODES.TIMEFRAME_INVALID.mend));
});

/** A small disk of the test's own; null where this user may not mount one. */
async function smallDisk(t: TestContext, kilobytes: number): Promise<string | null> {
  const folder = await temporaryHome(t);
  const disk = join(folder, 'disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'alphaloom-test', disk]);
  } catch {
    return null;
  }
  return disk;
}

for (const [kilobytes, what] of [
  [400, 'the bars'],
  [96, 'the registry'],
  [16, 'any database'],
] as const) {
  test(`a disk of ${kilobytes} KB has no room for ${what}: DISK_FULL, and nothing half-written`, async t => {
    const disk = await smallDisk(t, kilobytes);
    if (disk === null) return t.skip('may not mount a small disk');
    try {
      const home = join(disk, 'home');
      const words = ['candles', 'import', SAMPLE.path, '--symbol', 'BTCUSD', '--timeframe', '1h'];
      const outcome = await alphaloom(words, { home, folder: disk });
      assert.equal(outcome.code, 1, outcome.stdout + outcome.stderr);
      const { error } = JSON.parse(outcome.stdout);
      assert.equal(error.code, 'DISK_FULL', error.message);
      assert.ok(error.message.includes(disk));
      const left = await filesOf(home);
      assert.deepEqual(
        left.filter(name => !/^(candles|registry)\.sqlite$/.test(name)),
        [],
      );
      if (kilobytes >= 400) {
        const list = await alphaloom(['candles', 'list'], { home, folder: disk });
        assert.deepEqual([list.code, JSON.parse(list.stdout)], [0, { series: [] }]);
      }
    } finally {
      await run('umount', [disk]);
    }
  });
}

test('a disk that can only be read is no home: PERMISSION_DENIED', async t => {
  const disk = await smallDisk(t, 400);
  if (disk === null) return t.skip('may not mount a small disk');
  try {
    await run('mount', ['-o', 'remount,ro', disk]);
    const outcome = await alphaloom(['candles', 'list'], { home: join(disk, 'home'), folder: tmpdir() });
    assert.equal(outcome.code, 1, outcome.stdout);
    assert.equal(JSON.parse(outcome.stdout).error.code, 'PERMISSION_DENIED');
  } finally {
    await run('umount', [disk]);
  }
});
