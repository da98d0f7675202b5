import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type ModelChoice, openChosenModel } from '../../inference/chosen-model.ts';
import { trainedThroughOf } from '../../inference/package.ts';
import { digestFile } from '../../storage/files.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { BTC, metaOf, openServing, type Serving } from './fixtures.ts';

const TRAINED_THROUGH = Date.UTC(2024, 0, 1);

async function open(t: TestContext, serving: Serving, choice: ModelChoice) {
  const model = await openChosenModel(serving, BTC, choice);
  t.after(() => model.session.dispose());
  return model;
}

/** A version's package in a folder of its own. */
async function copiedPackage(t: TestContext, serving: Serving): Promise<string> {
  const folder = join(await temporaryHome(t), 'copy');
  await cp(serving.folderOf(await serving.add()), folder, { recursive: true });
  const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));

  meta.model = { name: 'model.onnx', ...(await digestFile(join(folder, 'model.onnx'))) };
  meta.dataset.trainedThroughTime = TRAINED_THROUGH;
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
  return folder;
}

test('the champion, a version by its number, and a package by its folder or its file are opened', async t => {
  const serving = await openServing(t);
  const first = await serving.add();
  const second = await serving.add();
  await serving.promote(first);
  const champion = await open(t, serving, { kind: 'champion' });
  assert.deepEqual([champion.name, champion.isChampion, champion.version?.version], ['v1', true, 1]);
  assert.equal(champion.trainedThroughTime, first.trainedThroughTime);
  const other = await open(t, serving, { kind: 'version', version: second.version });
  assert.deepEqual([other.name, other.isChampion], ['v2', false]);

  const folder = await copiedPackage(t, serving);
  for (const path of [folder, join(folder, 'model.onnx')]) {
    const model = await open(t, serving, { kind: 'package', path });
    assert.deepEqual([model.name, model.version, model.isChampion], [folder, null, false]);
    assert.equal(model.trainedThroughTime, TRAINED_THROUGH);
  }
});

test('what can’t be meant is refused, with the way out', async t => {
  const serving = await openServing(t);
  await assert.rejects(open(t, serving, { kind: 'champion' }), {
    code: 'CHAMPION_NONE',
    message: /nothing was trained for it yet: train coinbase:BTCUSD 1h/,
  });
  await assert.rejects(open(t, serving, { kind: 'version', version: 9 }), { code: 'VERSION_NOT_FOUND' });
  const folder = await copiedPackage(t, serving);
  // The copy was made of a version that nobody promoted.
  await assert.rejects(open(t, serving, { kind: 'champion' }), { message: /--version v1\.$/ });
  const alone = join(await temporaryHome(t), 'model.onnx');
  await cp(join(folder, 'model.onnx'), alone);
  await assert.rejects(open(t, serving, { kind: 'package', path: alone }), {
    code: 'MODEL_INVALID',
    message: /stands alone: .*models import/,
  });
  await assert.rejects(open(t, serving, { kind: 'package', path: `${folder}/nosuch.onnx` }), {
    code: 'FILE_NOT_FOUND',
  });
  await assert.rejects(open(t, serving, { kind: 'package', path: `${folder}/nosuch` }), {
    code: 'FILE_NOT_FOUND',
  });
  await assert.rejects(open(t, serving, { kind: 'package', path: await temporaryHome(t) }), {
    code: 'FILE_NOT_FOUND',
    message: /is no package: there is no model\.onnx in it/,
  });
});

test('a package whose model is another, or whose papers are damaged, is refused', async t => {
  const serving = await openServing(t);
  const damages: [string, (text: Buffer) => string | Buffer][] = [
    ['model.onnx', bytes => Buffer.from(bytes).fill(0, 10, 20)],
    ['meta.json', () => '{'],
    ['meta.json', () => 'null'],
    ['meta.json', () => '{}'],
    ['meta.json', text => JSON.stringify({ model: JSON.parse(String(text)).model })],
    ['metrics.json', () => 'x'],
  ];
  for (const [file, damage] of damages) {
    const folder = await copiedPackage(t, serving);
    await writeFile(join(folder, file), damage(await readFile(join(folder, file))));
    await assert.rejects(
      open(t, serving, { kind: 'package', path: folder }),
      { code: 'ARTIFACT_CORRUPT' },
      file,
    );
  }
});

test('a model trained elsewhere has seen what its importer says, or all of its data', () => {
  const dataset = { ...metaOf('a').dataset, trainedThroughTime: 1_000, lastTime: 2_000 };
  const imported = (time: number | null) =>
    trainedThroughOf({ dataset, imported: { file: 'a.onnx', sha256: '', trainedThroughTime: time } });
  assert.equal(trainedThroughOf({ dataset }), 1_000);
  assert.equal(imported(1_005), 1_005);
  assert.equal(imported(0), 1_000);
  assert.equal(imported(null), 2_000);
});
