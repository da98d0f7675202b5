import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import {
  digestFile,
  explainDiskErrors,
  makeFolder,
  publishFile,
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
  ['ENOENT', 'ENOENT'],
]) {
  test(`${code} is reported as ${expected}`, async () => {
    const fail = () => Promise.reject(Object.assign(new Error('no'), { code }));
    await assert.rejects(explainDiskErrors('/some/path', fail), { code: expected });
  });
}
