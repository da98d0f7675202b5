import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import test from 'node:test';
import type { ArtifactStore } from '../../artifacts/store.ts';
import { createModelCache } from '../../inference/model-cache.ts';
import type { ServingModel } from '../../inference/serving-model.ts';
import { openServing } from './fixtures.ts';

const ask = ({ session, meta }: ServingModel) => session.run(new Float32Array(meta.featureNames.length), 1);

/** Counts how often a package is read, which is how often a model is opened. */
function counting(artifacts: ArtifactStore): { artifacts: ArtifactStore; loads: () => number } {
  let loads = 0;
  const load: ArtifactStore['load'] = ref => {
    loads++;
    return artifacts.load(ref);
  };
  return { artifacts: { ...artifacts, load }, loads: () => loads };
}

test('a model is opened once, however many ask for it at once', async t => {
  const serving = await openServing(t);
  const { artifacts, loads } = counting(serving.artifacts);
  const cache = createModelCache(artifacts, 4);
  t.after(() => cache.close());
  const version = await serving.add();
  await Promise.all(Array.from({ length: 10 }, () => cache.use(version, ask)));
  await cache.use(version, ask);
  assert.equal(loads(), 1);
});

test('the least recently used model goes first, and comes back when asked for', async t => {
  const serving = await openServing(t);
  const { artifacts, loads } = counting(serving.artifacts);
  const cache = createModelCache(artifacts, 2);
  t.after(() => cache.close());
  const [a, b, c] = [await serving.add(), await serving.add(), await serving.add()];
  for (const version of [a, b, a, c]) await cache.use(version, ask);
  assert.equal(loads(), 3);
  await cache.use(a, ask);
  assert.equal(loads(), 3, 'a was used later than b');
  await cache.use(b, ask);
  assert.equal(loads(), 4, 'b had to go');
});

test('a model in use is not closed under its user, even when there are more users than places', async t => {
  const serving = await openServing(t);
  const cache = createModelCache(serving.artifacts, 1);
  t.after(() => cache.close());
  const versions = [await serving.add(), await serving.add(), await serving.add()];
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      cache.use(versions[i % 3], async model => {
        await new Promise(resolve => setImmediate(resolve));
        return await ask(model);
      }),
    ),
  );
  assert.ok(answers.every(answer => answer.length === 3));
});

test('a broken package is looked at anew each time, and serves once it is restored', async t => {
  const serving = await openServing(t);
  const cache = createModelCache(serving.artifacts, 4);
  t.after(() => cache.close());
  const version = await serving.add();
  const path = (await serving.artifacts.load(version.package)).path('model.onnx');
  const sound = await readFile(path);
  await chmod(path, 0o644);
  await writeFile(path, sound.subarray(0, sound.length - 10));
  for (const _ of [1, 2]) await assert.rejects(cache.use(version, ask), { code: 'ARTIFACT_CORRUPT' });
  await writeFile(path, sound);
  assert.equal((await cache.use(version, ask)).length, 3);
});
