import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createArtifactStore } from '../../artifacts/store.ts';
import { linkPackage } from '../../registry/package-files.ts';
import { writes } from '../artifacts/fixtures.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { SERIES } from './fixtures.ts';

const CONTENTS = { 'model.onnx': 'onnx', 'meta.json': '{}', 'metrics.json': '[]', 'card.md': '# card' };

async function packageArtifact(t: TestContext, contents: Record<string, string> = CONTENTS) {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const { artifact } = await store.save('package', {}, writes(contents));
  return { home, store, artifact, folder: (await store.load(artifact)).folder };
}

test('a version’s folder holds the package’s files, and shares their bytes', async t => {
  const { home, folder } = await packageArtifact(t);
  const target = await linkPackage(home, SERIES, 7, folder);
  assert.equal(target, join(home, 'models/coinbase/BTCUSD/1h/v0007'));
  assert.deepEqual(await readdir(target), Object.keys(CONTENTS).sort());
  const [theirs, ours] = [await stat(join(target, 'model.onnx')), await stat(join(folder, 'model.onnx'))];
  assert.equal(theirs.ino, ours.ino);
});

test('linking again changes nothing, also many times at once', async t => {
  const { home, folder } = await packageArtifact(t);
  const target = await linkPackage(home, SERIES, 1, folder);
  const { ino } = await stat(target);
  await Promise.all(Array.from({ length: 5 }, () => linkPackage(home, SERIES, 1, folder)));
  assert.equal((await stat(target)).ino, ino);
  await Promise.all(Array.from({ length: 5 }, () => linkPackage(home, SERIES, 2, folder)));
  assert.deepEqual(await readdir(join(home, 'models/coinbase/BTCUSD/1h')), ['v0001', 'v0002']);
});

for (const [what, damage] of [
  ['a missing file', (target: string) => rm(join(target, 'card.md'))],
  ['an extra file', (target: string) => writeFile(join(target, 'extra'), 'x')],
  [
    'a file of other content',
    async (target: string) => {
      await rm(join(target, 'model.onnx'));
      await writeFile(join(target, 'model.onnx'), 'evil');
    },
  ],
  [
    'a folder that is a link',
    async (target: string) => {
      await rename(target, `${target}-elsewhere`);
      await symlink(`${target}-elsewhere`, target);
      await writeFile(join(target, 'extra'), 'x');
    },
  ],
] as const) {
  test(`a version’s folder with ${what} is replaced`, async t => {
    const { home, folder } = await packageArtifact(t);
    const target = await linkPackage(home, SERIES, 1, folder);
    await damage(target);
    await linkPackage(home, SERIES, 1, folder);
    assert.deepEqual(await readdir(target), Object.keys(CONTENTS).sort());
    assert.equal(await readFile(join(target, 'model.onnx'), 'utf8'), 'onnx');
  });
}

test('an equal copy is as good as a link', async t => {
  const { home, folder } = await packageArtifact(t);
  const target = await linkPackage(home, SERIES, 1, folder);
  await rm(join(target, 'card.md'));
  await writeFile(join(target, 'card.md'), CONTENTS['card.md']);
  const { ino } = await stat(target);
  await linkPackage(home, SERIES, 1, folder);
  assert.equal((await stat(target)).ino, ino);
});

test('a package that lacks a file is refused, and nothing is linked', async t => {
  const { home, folder } = await packageArtifact(t, {
    'model.onnx': 'onnx',
    'meta.json': '{}',
    'card.md': '',
  });
  await assert.rejects(linkPackage(home, SERIES, 1, folder), {
    code: 'ARTIFACT_CORRUPT',
    details: { folder, file: 'metrics.json' },
  });
  assert.deepEqual(await readdir(home), ['artifacts']);
});

test('a link in a package is refused', async t => {
  const { home, folder } = await packageArtifact(t);
  await rename(join(folder, 'model.onnx'), join(home, 'elsewhere'));
  await symlink(join(home, 'elsewhere'), join(folder, 'model.onnx'));
  await assert.rejects(linkPackage(home, SERIES, 1, folder), { code: 'ARTIFACT_CORRUPT' });
});

test('a series or version that leads elsewhere is refused', async t => {
  const { home, folder } = await packageArtifact(t);
  await assert.rejects(linkPackage(home, 'coinbase:../../etc/1h', 1, folder), { code: 'SYMBOL_INVALID' });
  for (const version of [0, -1, 1.5, Number.NaN]) {
    await assert.rejects(linkPackage(home, SERIES, version, folder), { code: 'INTERNAL' });
  }
});

test('removing a version’s folder leaves the artifact whole', async t => {
  const { home, store, artifact, folder } = await packageArtifact(t);
  await rm(await linkPackage(home, SERIES, 1, folder), { recursive: true });
  await chmod(folder, 0o755);
  await store.load(artifact);
});
