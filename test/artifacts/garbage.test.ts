import assert from 'node:assert/strict';
import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createArtifactStore } from '../../artifacts/store.ts';
import type { ArtifactStep, Json } from '../../contracts/artifact.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { writes } from './fixtures.ts';

const DAY_MS = 86_400_000;
const later = () => Date.now() + 2 * DAY_MS;

async function storeWith(home: string, artifacts: readonly (readonly [ArtifactStep, Json])[]) {
  const store = createArtifactStore(home);
  const refs = [];
  for (const [step, inputs] of artifacts) {
    refs.push((await store.save(step, inputs, writes({ f: '12345' }))).artifact);
  }
  return { store, refs };
}

test('a home without artifacts has nothing to free', async t => {
  assert.equal(await createArtifactStore(await temporaryHome(t)).gc([], 0, later()), 0);
});

test('what nothing refers to goes once it is old; what is young or kept stays', async t => {
  const home = await temporaryHome(t);
  const { store, refs } = await storeWith(home, [
    ['fit', { a: 1 }],
    ['fit', { a: 2 }],
  ]);
  assert.equal(await store.gc([], DAY_MS, Date.now()), 0);
  assert.deepEqual(
    (await store.findGarbage([refs[1]], DAY_MS, later())).map(({ path, kind }) => [path, kind]),
    [[join(home, 'artifacts/fit', refs[0].inputHash), 'unused']],
  );
  const freed = await store.gc([refs[1]], DAY_MS, later());
  assert.ok(freed > 5);
  assert.deepEqual(await readdir(join(home, 'artifacts/fit')), [refs[1].inputHash]);
  await store.load(refs[1]);
});

test('what a kept artifact was made from stays, by input hash or by content', async t => {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const snapshot = (await store.save('snapshot', { a: 1 }, writes({ f: 'bars' }))).artifact;
  const dataset = (await store.save('dataset', { bars: snapshot.sha256 }, writes({ f: 'rows' }))).artifact;
  const fit = (await store.save('fit', { data: [dataset.inputHash] }, writes({ f: 'trees' }))).artifact;
  const evidence = (await store.save('evidence', { x: 1 }, writes({ f: 'numbers' }))).artifact;
  const result = { evidence: { ...evidence } };
  const pack = (await store.save('package', { fit: { ...fit } }, writes({ f: 'onnx' }, result))).artifact;
  assert.equal(await store.gc([pack], DAY_MS, later()), 0);
  for (const ref of [snapshot, dataset, fit, evidence, pack]) await store.load(ref);
});

test('a package that a version’s folder links to stays, even if nobody names it', async t => {
  const home = await temporaryHome(t);
  const { store, refs } = await storeWith(home, [
    ['package', { a: 1 }],
    ['package', { a: 2 }],
  ]);
  await link((await store.load(refs[0])).path('f'), join(home, 'model'));
  assert.ok((await store.gc([], DAY_MS, later())) > 0);
  assert.deepEqual(await readdir(join(home, 'artifacts/package')), [refs[0].inputHash]);
});

test('an old artifact that was just found again stays', async t => {
  const home = await temporaryHome(t);
  const { store, refs } = await storeWith(home, [['fit', { a: 1 }]]);
  const born = Date.now();
  await new Promise(resolve => setTimeout(resolve, 30));
  await store.save('fit', { a: 1 }, writes({}));
  assert.equal(await store.gc([], 20, born + 25), 0);
  await store.load(refs[0]);
});

test('what killed writers left and what was set aside goes; a running writer’s folder and foreign names stay', async t => {
  const home = await temporaryHome(t);
  const { store, refs } = await storeWith(home, [['fit', { a: 1 }]]);
  const [{ inputHash }] = refs;
  const inFit = (name: string) => join(home, 'artifacts/fit', name);
  const dead = `${inputHash}.99999999.0123456789ab.tmp`;
  const alive = `${inputHash}.${process.ppid}.0123456789ab.tmp`;
  for (const name of [dead, alive, `${inputHash}.corrupt-1`, 'notes']) {
    await mkdir(inFit(name));
    await writeFile(join(inFit(name), 'half'), '1234567');
  }
  assert.equal(await store.gc(refs, DAY_MS, Date.now()), 0);
  const garbage = await store.findGarbage(refs, DAY_MS, later());
  assert.deepEqual(garbage.map(({ kind, bytes }) => [kind, bytes]).sort(), [
    ['abandoned', 7],
    ['damaged', 7],
  ]);
  assert.equal(await store.gc(refs, DAY_MS, later()), 14, 'looking removed nothing');
  assert.deepEqual((await readdir(join(home, 'artifacts/fit'))).sort(), [inputHash, alive, 'notes'].sort());
});

test('collecting while others save takes nothing young', async t => {
  const store = createArtifactStore(await temporaryHome(t));
  const save = async (n: number) => {
    const { artifact } = await store.save('fit', { n: n % 5 }, writes({ f: String(n % 5) }));
    await store.load(artifact);
  };
  const saves = Array.from({ length: 60 }, (_, n) => save(n));
  const collections = Array.from({ length: 10 }, () => store.gc([], DAY_MS, Date.now()));
  await Promise.all([...saves, ...collections]);
});

test('collecting everything again and again makes steps run again, and fail never', async t => {
  const store = createArtifactStore(await temporaryHome(t));
  for (let round = 0; round < 5; round++) {
    const saves = Array.from({ length: 20 }, (_, n) =>
      store.save('package', { n: n % 3 }, writes({ f: String(n % 3) }, n % 3)),
    );
    const collections = Array.from({ length: 10 }, () => store.gc([], 0, later()));
    const [results] = await Promise.all([Promise.all(saves), Promise.all(collections)]);
    for (const [n, { result }] of results.entries()) assert.equal(result, n % 3);
  }
});
