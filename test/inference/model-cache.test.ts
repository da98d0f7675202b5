import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import test, { type TestContext } from 'node:test';
import {
  type CacheLimits,
  createModelCache,
  DEFAULT_CACHE_LIMITS,
  type ModelCache,
} from '../../inference/model-cache.ts';
import { loadServingModel, type ServingModel } from '../../inference/serving-model.ts';
import type { VersionRecord } from '../../registry/registry.ts';
import { openServing, type Serving } from './fixtures.ts';

const ask = ({ session, meta }: ServingModel) => session.run(new Float32Array(meta.featureNames.length), 1);

/** A cache, and how often it has opened a model. */
function cacheOf(
  t: TestContext,
  { artifacts }: Serving,
  limits: Partial<CacheLimits>,
): ModelCache & { loads(): number } {
  let loads = 0;
  const open = (version: VersionRecord) => {
    loads++;
    return loadServingModel(artifacts, version);
  };
  const cache = createModelCache(open, { ...DEFAULT_CACHE_LIMITS, ...limits });
  t.after(() => cache.close());
  return { ...cache, loads: () => loads };
}

test('a model is opened once, however many ask for it at once', async t => {
  const serving = await openServing(t);
  const cache = cacheOf(t, serving, { models: 4 });
  const version = await serving.add();
  await Promise.all(Array.from({ length: 10 }, () => cache.use(version, ask)));
  await cache.use(version, ask);
  assert.equal(cache.loads(), 1);
});

test('the least recently used model goes first, and comes back when asked for', async t => {
  const serving = await openServing(t);
  const cache = cacheOf(t, serving, { models: 2 });
  const [a, b, c] = [await serving.add(), await serving.add(), await serving.add()];
  for (const version of [a, b, a, c]) await cache.use(version, ask);
  assert.equal(cache.loads(), 3);
  await cache.use(a, ask);
  assert.equal(cache.loads(), 3, 'a was used later than b');
  await cache.use(b, ask);
  assert.equal(cache.loads(), 4, 'b had to go');
});

test('a model in use is not closed under its user, even when there are more users than places', async t => {
  const serving = await openServing(t);
  const cache = cacheOf(t, serving, { models: 1 });
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
  const cache = cacheOf(t, serving, { models: 4 });
  const version = await serving.add();
  const path = (await serving.artifacts.load(version.package)).path('model.onnx');
  const sound = await readFile(path);
  await chmod(path, 0o644);
  await writeFile(path, sound.subarray(0, sound.length - 10));
  for (const _ of [1, 2]) await assert.rejects(cache.use(version, ask), { code: 'ARTIFACT_CORRUPT' });
  await writeFile(path, sound);
  assert.equal((await cache.use(version, ask)).length, 3);
});

test('models leave the cache, the least recently used first, until their bytes are within the limit', async t => {
  const serving = await openServing(t);
  const [a, b, c] = [await serving.add(), await serving.add(), await serving.add()];
  const bytes = (await serving.artifacts.load(a.package)).path('model.onnx');
  const { length } = await readFile(bytes);
  const cache = cacheOf(t, serving, { bytes: 2 * length + 100 });
  for (const version of [a, b, a, c]) await cache.use(version, ask);
  assert.equal(cache.loads(), 3);
  await cache.use(a, ask);
  assert.equal(cache.loads(), 3, 'a was used later than b');
  await cache.use(b, ask);
  assert.equal(cache.loads(), 4, 'b had to go');
});

test('a model in use stays however far the cache is over its bytes, and goes when it is given back', async t => {
  const serving = await openServing(t);
  const cache = cacheOf(t, serving, { bytes: 0 });
  const [held, other] = [await serving.add(), await serving.add()];
  await cache.use(held, async model => {
    await cache.use(other, ask);
    assert.equal((await ask(model)).length, 3, 'its session is open still');
    await cache.use(held, ask);
    assert.equal(cache.loads(), 2);
  });
  await cache.use(held, ask);
  assert.equal(cache.loads(), 3);
});
