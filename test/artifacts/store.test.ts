import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createArtifactStore } from '../../artifacts/store.ts';
import { runScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { mustNotRun, writes } from './fixtures.ts';

test('what was saved is loaded: files, inputs and result', async t => {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const inputs = { data: 'd', seed: 1 };
  const { artifact, cached, result } = await store.save(
    'fit',
    inputs,
    writes({ 'model.txt': 'trees' }, { rounds: 7 }),
  );
  assert.deepEqual([cached, result], [false, { rounds: 7 }]);
  const loaded = await store.load(artifact);
  assert.equal(loaded.folder, join(home, 'artifacts/fit', artifact.inputHash));
  assert.equal(await readFile(loaded.path('model.txt'), 'utf8'), 'trees');
  assert.deepEqual([loaded.inputs, loaded.result], [inputs, { rounds: 7 }]);
  assert.deepEqual(
    loaded.files.map(({ name, bytes }) => ({ name, bytes })),
    [{ name: 'model.txt', bytes: 5 }],
  );
  assert.throws(() => loaded.path('other.txt'), { code: 'INTERNAL' });
  assert.throws(() => loaded.path('../artifact.json'), { code: 'INTERNAL' });
});

test('the same inputs again are cached, by any store of the home; others are not', async t => {
  const home = await temporaryHome(t);
  const first = await createArtifactStore(home).save('fit', { a: 1, b: 2 }, writes({ f: 'x' }, [1]));
  const second = await createArtifactStore(home).save('fit', { b: 2, a: 1 }, mustNotRun);
  assert.deepEqual(second, { ...first, cached: true });
  const other = await createArtifactStore(home).save('fit', { a: 1, b: 3 }, writes({ f: 'x' }, [1]));
  assert.equal(other.cached, false);
  assert.equal(other.artifact.sha256, first.artifact.sha256);
  assert.notEqual(other.artifact.inputHash, first.artifact.inputHash);
});

test('the reference is of the files alone: measured results stay outside every hash', async t => {
  const save = async (latencyMs: number) =>
    await createArtifactStore(await temporaryHome(t)).save('model', {}, writes({ f: 'x' }, { latencyMs }));
  assert.deepEqual((await save(1)).artifact, (await save(2)).artifact);
});

test('a step may leave a file in its folder named meta.json', async t => {
  const store = createArtifactStore(await temporaryHome(t));
  const { artifact } = await store.save('package', {}, writes({ 'meta.json': '{}' }));
  assert.equal(await readFile((await store.load(artifact)).path('meta.json'), 'utf8'), '{}');
});

test('find answers with what is there', async t => {
  const store = createArtifactStore(await temporaryHome(t));
  assert.equal(await store.find('fit', { a: 1 }), null);
  const saved = await store.save('fit', { a: 1 }, writes({ f: 'x' }, 5));
  assert.deepEqual(await store.find('fit', { a: 1 }), { ...saved, cached: true });
});

test('a step that fails or is cancelled leaves nothing, and may run again', async t => {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const controller = new AbortController();
  const cancelled = store.save('fit', {}, async folder => {
    await writeFile(join(folder, 'half'), 'half');
    controller.abort();
    controller.signal.throwIfAborted();
    return null;
  });
  await assert.rejects(cancelled, { name: 'AbortError' });
  assert.deepEqual(await readdir(join(home, 'artifacts/fit')), []);
  assert.equal((await store.save('fit', {}, writes({ f: 'x' }))).cached, false);
});

test('a full disk is reported, and nothing is left', async t => {
  const home = await temporaryHome(t);
  const full = () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' }));
  await assert.rejects(createArtifactStore(home).save('fit', {}, full), { code: 'DISK_FULL' });
  assert.deepEqual(await readdir(join(home, 'artifacts/fit')), []);
});

for (const [what, write] of [
  ['no file', writes({})],
  ['a folder', async (folder: string) => mkdir(join(folder, 'sub')).then(() => null)],
  ['the record’s own name', writes({ 'artifact.json': '{}' })],
  ['a name that hides', writes({ '.hidden': 'x' })],
  [
    'NaN as a result',
    async (folder: string) => writes({ f: 'x' })(folder).then(() => ({ loss: Number.NaN })),
  ],
] as const) {
  test(`a step that leaves ${what} is refused`, async t => {
    const home = await temporaryHome(t);
    await assert.rejects(createArtifactStore(home).save<unknown>('fit', {}, write), { code: 'INTERNAL' });
    assert.deepEqual(await readdir(join(home, 'artifacts/fit')), []);
  });
}

test('of several writers at once, all get the same artifact and one made it', async t => {
  const home = await temporaryHome(t);
  const stores = Array.from({ length: 8 }, () => createArtifactStore(home));
  const results = await Promise.all(
    stores.map((store, index) => store.save('fit', { a: 1 }, writes({ f: `from ${index}` }, index))),
  );
  assert.equal(results.filter(({ cached }) => !cached).length, 1);
  for (const { artifact, result } of results)
    assert.deepEqual([artifact, result], [results[0].artifact, results[0].result]);
  assert.deepEqual(await readdir(join(home, 'artifacts/fit')), [results[0].artifact.inputHash]);
});

test('of several processes at once, all get the same artifact and one made it', async t => {
  const home = await temporaryHome(t);
  const script = join(import.meta.dirname, 'saving-process.ts');
  const outputs = await Promise.all(['a', 'b', 'c'].map(name => runScript(script, [home, '0', name])));
  const results = outputs.map(lines => lines.at(-1) as { sha256: string; cached: boolean });
  assert.equal(new Set(results.map(({ sha256 }) => sha256)).size, 1);
  assert.equal(results.filter(({ cached }) => !cached).length, 1);
});

test('published files can’t be written to by accident', async t => {
  const store = createArtifactStore(await temporaryHome(t));
  const { artifact } = await store.save('fit', {}, writes({ f: 'x' }));
  const { mode } = await stat((await store.load(artifact)).path('f'));
  assert.equal(mode & 0o222, 0);
});

test('a work folder is the same for the same inputs until the artifact is there, and goes when it is empty', async t => {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const left = () => readdir(join(home, 'artifacts', 'fit'));
  const fail = async (_: string, workFolder: string) => {
    await mkdir(workFolder, { recursive: true });
    throw new Error('killed');
  };
  await assert.rejects(store.save('fit', { seed: 1 }, fail), /killed/);
  assert.deepEqual(await left(), []);
  const half = async (_: string, workFolder: string) => {
    await mkdir(workFolder, { recursive: true });
    await writeFile(join(workFolder, 'checkpoint'), 'half');
    throw new Error('killed');
  };
  await assert.rejects(store.save('fit', { seed: 1 }, half), /killed/);
  const { result, artifact } = await store.save('fit', { seed: 1 }, async (folder, workFolder) => {
    await writeFile(join(folder, 'model'), 'whole');
    return await readFile(join(workFolder, 'checkpoint'), 'utf8');
  });
  assert.equal(result, 'half');
  assert.deepEqual(await left(), [artifact.inputHash]);
});
