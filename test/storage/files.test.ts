import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import {
  digestFile,
  explainDiskErrors,
  makeFolder,
  publishFile,
  publishNewFile,
  temporaryName,
  writeFileAtomic,
} from '../../storage/files.ts';
import { temporaryHome } from '../support/temporary-home.ts';

test('a file is replaced whole, in folders that did not exist', async t => {
  const home = await temporaryHome(t);
  const path = join(home, 'a/b/file.txt');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  assert.equal(await readFile(path, 'utf8'), 'two');
  assert.deepEqual(await readdir(join(home, 'a/b')), ['file.txt']);
});

test('a write that fails leaves no temporary file', async t => {
  const home = await temporaryHome(t);
  await mkdir(join(home, 'taken/inside'), { recursive: true });
  await assert.rejects(writeFileAtomic(join(home, 'taken'), 'text'));
  assert.deepEqual(await readdir(home), ['taken']);
});

test('a new file is published where none is, and never replaces one', async t => {
  const home = await temporaryHome(t);
  const path = join(home, 'file.txt');
  const answers: boolean[] = [];
  for (const text of ['one', 'two']) {
    const temporary = temporaryName(path);
    await writeFile(temporary, text);
    answers.push(await publishNewFile(temporary, path));
  }
  assert.deepEqual(answers, [true, false]);
  assert.equal(await readFile(path, 'utf8'), 'one');
  assert.deepEqual(await readdir(home), ['file.txt']);
});

test('a file that could not be published is removed', async t => {
  const home = await temporaryHome(t);
  await mkdir(join(home, 'taken/inside'), { recursive: true });
  const temporary = temporaryName(join(home, 'taken'));
  await writeFile(temporary, 'text');
  await assert.rejects(publishFile(temporary, join(home, 'taken')));
  assert.deepEqual(await readdir(home), ['taken']);
});

test('a folder is made with everything above it, and again without harm', async t => {
  const home = await temporaryHome(t);
  await makeFolder(join(home, 'x/y/z'));
  await makeFolder(join(home, 'x/y/z'));
  assert.deepEqual(await readdir(join(home, 'x/y')), ['z']);
});

test('a digest is the SHA-256 of the bytes', async t => {
  const path = join(await temporaryHome(t), 'abc');
  await writeFile(path, 'abc');
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.deepEqual(await digestFile(path), { bytes: 3, sha256 });
});

for (const [code, expected] of [
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EACCES', 'PERMISSION_DENIED'],
  ['EROFS', 'PERMISSION_DENIED'],
  ['EIO', 'DISK_FAILED'],
  ['ENOENT', 'ENOENT'],
]) {
  test(`${code} is reported as ${expected}`, async () => {
    const fail = () => Promise.reject(Object.assign(new Error('no'), { code }));
    await assert.rejects(explainDiskErrors('/some/path', fail), { code: expected });
  });
}

test('a folder that can’t be made is told of at once, whatever stands in the way', async t => {
  const home = await temporaryHome(t);
  await writeFile(join(home, 'file'), 'text');
  await symlink(join(home, 'nowhere'), join(home, 'link'));
  for (const path of [join(home, 'file'), join(home, 'file/a/b'), join(home, 'link')])
    await assert.rejects(makeFolder(path), { code: 'PERMISSION_DENIED' }, path);
  assert.deepEqual((await readdir(home)).sort(), ['file', 'link']);
});

// It answers that a new folder "is not there", on which Node's recursive mkdir turns in circles.
test('a file system that takes no folders is no endless loop', {
  skip: !existsSync('/proc/self'),
}, async () => {
  await assert.rejects(makeFolder('/proc/nope/deeper'), { code: 'PERMISSION_DENIED' });
});

test('of many who make the same folders at once, all find them', async t => {
  const path = join(await temporaryHome(t), 'a/b/c/d');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
  assert.deepEqual(await readdir(path), []);
});
