import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { measure, publishFolder, removeAbandoned } from '../../storage/folders.ts';
import { temporaryHome } from '../support/temporary-home.ts';

/** A pid that no Linux or macOS process can have. */
const DEAD_PID = 99_999_999;
const HOUR_MS = 3_600_000;

const leftover = (name: string, pid: number) => `${name}.${pid}.0123456789ab.tmp`;
const fill = (text: string) => (folder: string) => writeFile(join(folder, 'file'), text);

test('a folder appears with all its files', async t => {
  const target = join(await temporaryHome(t), 'deep/target');
  const { published } = await publishFolder(target, fill('text'));
  assert.equal(published, true);
  assert.equal(await readFile(join(target, 'file'), 'utf8'), 'text');
});

test('a folder that is there already stays as it is', async t => {
  const home = await temporaryHome(t);
  await publishFolder(join(home, 'target'), fill('first'));
  const { published } = await publishFolder(join(home, 'target'), fill('second'));
  assert.equal(published, false);
  assert.equal(await readFile(join(home, 'target/file'), 'utf8'), 'first');
  assert.deepEqual(await readdir(home), ['target']);
});

test('of ten at once, one is published', async t => {
  const home = await temporaryHome(t);
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) => publishFolder(join(home, 'target'), fill(String(index)))),
  );
  assert.equal(results.filter(({ published }) => published).length, 1);
  assert.deepEqual(await readdir(home), ['target']);
});

test('a build that throws leaves nothing', async t => {
  const home = await temporaryHome(t);
  const build = async (folder: string) => {
    await fill('half')(folder);
    throw new Error('stopped');
  };
  await assert.rejects(publishFolder(join(home, 'target'), build), /stopped/);
  assert.deepEqual(await readdir(home), []);
});

test('what a dead process left is removed once it is old; other names are not touched', async t => {
  const home = await temporaryHome(t);
  for (const name of [
    leftover('target', DEAD_PID),
    leftover('target', process.ppid),
    'target',
    'notes.tmp',
  ]) {
    await mkdir(join(home, name));
    await fill('12345')(join(home, name));
  }
  assert.equal(await removeAbandoned(home, HOUR_MS, Date.now()), 0);
  assert.equal(await removeAbandoned(home, HOUR_MS, Date.now() + 2 * HOUR_MS), 5);
  assert.deepEqual(await readdir(home), ['notes.tmp', 'target', leftover('target', process.ppid)]);
});

test('a folder in progress in this process is not abandoned; one of an earlier process with the same pid is', async t => {
  const home = await temporaryHome(t);
  await mkdir(join(home, leftover('old', process.pid)));
  await publishFolder(join(home, 'target'), async folder => {
    await fill('text')(folder);
    await removeAbandoned(home, HOUR_MS, Date.now() + 2 * HOUR_MS);
  });
  assert.deepEqual(await readdir(home), ['target']);
});

test('a folder’s bytes are those of the files in it', async t => {
  const home = await temporaryHome(t);
  await mkdir(join(home, 'inner'));
  await fill('1234')(join(home, 'inner'));
  await fill('56')(home);
  assert.equal((await measure(home)).bytes, 6);
  assert.equal((await measure(join(home, 'absent'))).bytes, 0);
});
