import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Recipe } from '../../contracts/recipe.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { balancedWeights } from '../../datasets/weights/class-balance.ts';
import type { WindowTable } from '../../features/window.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { rowMajor } from '../support/matrix.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { testEstimator } from './estimator-contract.ts';
import { CLASSES, contractOf, learnableDataset, trainWith, windowsOf } from './fixtures.ts';

const FEATURES = 4;
const ROWS = 2_000;
const SMALL = { rounds: 200, patience: 5, min_data_in_leaf: 20, learning_rate: 0.2 };
const dataset = learnableDataset(ROWS, FEATURES);
const X = rowMajor(dataset);
const WINDOWS = windowsOf(X, FEATURES);
const lightgbm = findEstimator('lightgbm');
const libraries = { lightgbm: lightgbmLibrary() };

testEstimator({
  estimator: 'lightgbm',
  params: { ...SMALL, rounds: 40 },
  long: { rounds: 150, patience: 150, min_data_in_leaf: 20, learning_rate: 0.01 },
});

test('a fit learns, stops early, and keeps the model of its best round', async t => {
  const seen: FitProgress[] = [];
  const { folder, summary } = await fit(t, trainWith(SMALL), { onProgress: progress => seen.push(progress) });
  const { losses } = JSON.parse(await readFile(join(folder, 'fit.json'), 'utf8')) as { losses: number[] };
  assert.equal(summary.rounds, losses.length);
  assert.equal(summary.rounds, summary.bestRound + SMALL.patience);
  assert.equal(summary.bestLoss, Math.min(...losses));
  assert.equal(summary.bestLoss, losses[summary.bestRound - 1]);
  assert.ok(summary.bestLoss < 0.9 * Math.log(3));
  assert.deepEqual(
    seen.map(({ round, loss }) => [round, loss]),
    losses.map((loss, at) => [at + 1, loss]),
  );
  assert.equal((await modelText(folder)).match(/^Tree=/gm)?.length, 3 * summary.bestRound);
});

test('one thread or two give the same model, another seed gives another', async t => {
  const first = await fit(t, trainWith(SMALL, { seed: 3 }));
  const twoThreads = await fit(t, trainWith(SMALL, { seed: 3, threads: 2 }));
  const otherSeed = await fit(t, trainWith(SMALL, { seed: 4 }));
  assert.deepEqual(await exported(twoThreads.folder), await exported(first.folder));
  assert.notDeepEqual(await exported(otherSeed.folder), await exported(first.folder));
});

test('balanced weights raise the recall of the rare class', async t => {
  const rare = { ...dataset, label: dataset.label.map((label, row) => (label === 2 && row % 5 ? 1 : label)) };
  const recall = async (classWeights: 'balanced' | 'none') => {
    const { folder } = await fit(t, trainWith(SMALL, { classWeights }), { dataset: rare });
    const own = await lightgbm.scores(folder, WINDOWS, libraries);
    return rare.label.reduce(
      (hits, label, row) => hits + Number(label === 2 && own[3 * row + 2] > own[3 * row + 1]),
      0,
    );
  };
  assert.ok((await recall('balanced')) > 1.5 * (await recall('none')));
});

test('rows that weigh what their class would give the model of balanced classes', async t => {
  const train = dataset.label.filter((_, row) => dataset.block[row] === 0);
  const ofClass = balancedWeights(train, 3);
  const weight = Float32Array.from(dataset.label, label => ofClass[label]);
  const [balanced, weighed, plain] = [
    await fit(t, trainWith(SMALL)),
    await fit(t, trainWith(SMALL, { classWeights: 'none' }), { dataset: { ...dataset, weight } }),
    await fit(t, trainWith(SMALL, { classWeights: 'none' })),
  ];
  assert.equal(await modelText(weighed.folder), await modelText(balanced.folder));
  assert.notEqual(await modelText(weighed.folder), await modelText(plain.folder));
});

test('weights of one change no byte', async t => {
  const weight = new Float32Array(ROWS).fill(1);
  const [plain, weighed] = [
    await fit(t, trainWith(SMALL)),
    await fit(t, trainWith(SMALL), { dataset: { ...dataset, weight } }),
  ];
  assert.equal(await modelText(weighed.folder), await modelText(plain.folder));
});

test('features that say nothing get little of the gain', async t => {
  const { folder } = await fit(t, trainWith(SMALL));
  const importance = (await lightgbm.importance(folder))!;
  assert.ok(importance[0].share + importance[1].share > 0.8);
});

test('columns that are constant or all missing give a model without them', async t => {
  const [a, b] = dataset.columns;
  const columns = [a, b, new Float32Array(ROWS).fill(5), new Float32Array(ROWS).fill(Number.NaN)];
  const { folder } = await fit(t, trainWith(SMALL), { dataset: { ...dataset, columns } });
  const importance = (await lightgbm.importance(folder))!;
  assert.deepEqual(
    importance.slice(2).map(({ gain }) => gain),
    [0, 0],
  );
});

test('where nothing can be split, the model is constant and still served', async t => {
  const x = new Float32Array(X.length).fill(1);
  const columns = dataset.columns.map(() => new Float32Array(ROWS).fill(1));
  const { folder, summary } = await fit(t, trainWith(SMALL), { dataset: { ...dataset, columns } });
  assert.equal(summary.bestRound, 1);
  const session = await openSession(await exported(folder));
  t.after(() => session.dispose());
  const windows = windowsOf(x, FEATURES);
  await checkParity(session, await probabilities(folder, windows), windows, 5e-6);
});

test('a library that is not there is named, with the mend', async t => {
  const elsewhere = { lightgbm: '/nowhere/lib_lightgbm.so' };
  await assert.rejects(fit(t, trainWith(SMALL), { libraries: elsewhere }), {
    code: 'NATIVE_LIBRARY_MISSING',
    message: /\/nowhere\/lib_lightgbm\.so.*setup/,
  });
  await assert.rejects(fit(t, trainWith(SMALL), { libraries: {} }), { code: 'NATIVE_LIBRARY_MISSING' });
});

test('LightGBM’s own refusal is told in its words', async t => {
  const names = { ...dataset, featureNames: ['a[0]', 'b', 'c', 'd'] };
  await assert.rejects(fit(t, trainWith(SMALL), { dataset: names }), {
    code: 'TRAINING_FAILED',
    message: /LightGBM: .*JSON/,
  });
});

test('returns, however small, are learnt in a unit near their deviation, and answered in their own', async t => {
  const small = await fitReturns(t, { scale: 1e-6 });
  const large = await fitReturns(t, { scale: 1e-6 * 2 ** 20 });
  assert.equal(await modelText(small.folder), await modelText(large.folder));
  const [own, others] = [
    await lightgbm.scores(small.folder, WINDOWS, libraries),
    await lightgbm.scores(large.folder, WINDOWS, libraries),
  ];
  assert.deepEqual(
    own.map(score => score * 2 ** 20),
    others,
  );
});

test('a return’s loss can be squared, absolute or Huber’s, whose bend is counted in deviations', async t => {
  const texts = new Set<string>();
  const losses: Recipe['train']['params'][] = [
    {},
    { loss: 'l1' },
    { loss: 'huber' },
    { loss: 'huber', huber_delta: 0.1 },
  ];
  for (const params of losses) texts.add(await modelText((await fitReturns(t, { params })).folder));
  assert.equal(texts.size, 4);
});

test('a return’s loss is refused in a task of classes', async t => {
  await assert.rejects(fit(t, trainWith({ ...SMALL, loss: 'l1' })), {
    code: 'RECIPE_INVALID',
    message: /train\.params\.loss: only in the task return, not in direction3 \(got "l1"\)/,
  });
});

/** As it would serve, uncalibrated. */
async function exported(folder: string): Promise<Uint8Array> {
  const contract = contractOf(FEATURES);
  return modelFile(await lightgbm.scoreGraph(folder, contract), contract, noCalibration(3));
}

async function probabilities(folder: string, windows: WindowTable): Promise<Float64Array> {
  return calibrate(await lightgbm.scores(folder, windows, libraries), noCalibration(3));
}

type FitChanges = Partial<Parameters<typeof lightgbm.fit>[0]>;

async function fit(t: TestContext, train: Recipe['train'], changes: FitChanges = {}) {
  const input = {
    ...({ dataset, task: 'direction3', train, classes: CLASSES, libraries } as const),
    ...{
      folder: changes.folder ?? (await temporaryHome(t)),
      workFolder: join(await temporaryHome(t), 'work'),
    },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
    ...changes,
  };
  return { folder: input.folder, summary: await lightgbm.fit(input) };
}

async function fitReturns(
  t: TestContext,
  { scale = 1e-3, params = {} }: { scale?: number; params?: Recipe['train']['params'] },
) {
  const target = dataset.columns[0].map((value, row) => scale * (value || 0) * (dataset.label[row] - 0.5));
  return await fit(t, trainWith({ ...SMALL, ...params }), {
    ...{ task: 'return', classes: [] },
    dataset: { ...dataset, target, label: new Int8Array(ROWS) },
  });
}

async function modelText(folder: string): Promise<string> {
  return await readFile(join(folder, 'model.txt'), 'utf8');
}
