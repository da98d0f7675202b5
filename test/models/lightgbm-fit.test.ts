import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
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
import { killAfterFirstOutput, startScript } from '../support/child-process.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { rowMajor } from '../support/matrix.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { CLASSES, contractOf, LONG_FIT, learnableDataset, trainWith, windowsOf } from './fixtures.ts';

const FEATURES = 4;
const ROWS = 2_000;
const SMALL = { rounds: 200, patience: 5, min_data_in_leaf: 20, learning_rate: 0.2 };
const dataset = learnableDataset(ROWS, FEATURES);
const X = rowMajor(dataset);
const WINDOWS = windowsOf(X, FEATURES);
const lightgbm = findEstimator('lightgbm');
const libraries = { lightgbm: lightgbmLibrary() };

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
  const text = await readFile(join(folder, 'model.txt'), 'utf8');
  assert.equal(text.match(/^Tree=/gm)?.length, 3 * summary.bestRound);
});

test('the exported model answers as the estimator on every row', async t => {
  const { folder } = await fit(t, trainWith(SMALL));
  const session = await openSession(await exported(folder));
  t.after(() => session.dispose());
  const report = await checkParity(session, await probabilities(folder, WINDOWS), WINDOWS, 5e-6);
  assert.equal(report.rows, ROWS);
  assert.deepEqual(session.info.featureNames, dataset.featureNames);
});

test('the same input gives the same bytes, with one thread or two; another seed gives another model', async t => {
  const first = await fit(t, trainWith(SMALL, { seed: 3 }));
  const again = await fit(t, trainWith(SMALL, { seed: 3 }));
  const twoThreads = await fit(t, trainWith(SMALL, { seed: 3, threads: 2 }));
  const otherSeed = await fit(t, trainWith(SMALL, { seed: 4 }));
  assert.deepEqual(await files(again.folder), await files(first.folder));
  assert.deepEqual(await exported(twoThreads.folder), await exported(first.folder));
  assert.notDeepEqual(await exported(otherSeed.folder), await exported(first.folder));
});

test('a fit that was killed leaves no model, and the next gives the same bytes as an undisturbed one', async t => {
  const folder = await temporaryHome(t);
  const child = startScript(join(import.meta.dirname, 'fitting-process.ts'), [folder]);
  await killAfterFirstOutput(child, 5);
  assert.deepEqual(await readdir(folder), []);
  const after = await fit(t, trainWith(LONG_FIT), { folder });
  const undisturbed = await fit(t, trainWith(LONG_FIT));
  assert.deepEqual(await files(after.folder), await files(undisturbed.folder));
});

test('cancelling ends the fit between two rounds, and nothing is written', async t => {
  const folder = await temporaryHome(t);
  const cancelling = new AbortController();
  let last = 0;
  const fitting = fit(t, trainWith({ ...SMALL, rounds: 20_000, patience: 20_000, learning_rate: 0.001 }), {
    folder,
    signal: cancelling.signal,
    onProgress: ({ round }) => {
      last = round;
      if (round === 10) cancelling.abort();
    },
  });
  await assert.rejects(fitting, { code: 'TRAINING_CANCELLED' });
  assert.ok(last >= 10 && last < 2_000, `went on to round ${last}`);
  assert.deepEqual(await readdir(folder), []);
});

test('a fit whose signal has aborted does not start', async t => {
  const fitting = fit(t, trainWith(SMALL), {
    signal: AbortSignal.abort(),
    onProgress: () => assert.fail('a round was trained'),
  });
  await assert.rejects(fitting, { code: 'TRAINING_CANCELLED' });
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
  const text = ({ folder }: { folder: string }) => readFile(join(folder, 'model.txt'));
  assert.deepEqual(await text(weighed), await text(balanced));
  assert.notDeepEqual(await text(weighed), await text(plain));
});

test('weights of one change no byte', async t => {
  const weight = new Float32Array(ROWS).fill(1);
  const [plain, weighed] = [
    await fit(t, trainWith(SMALL)),
    await fit(t, trainWith(SMALL), { dataset: { ...dataset, weight } }),
  ];
  const texts = await Promise.all([plain, weighed].map(f => readFile(join(f.folder, 'model.txt'))));
  assert.deepEqual(texts[0], texts[1]);
});

test('importance is the share of the gain; features that say nothing get little of it', async t => {
  const { folder } = await fit(t, trainWith(SMALL));
  const importance = (await lightgbm.importance(folder))!;
  assert.deepEqual(
    importance.map(({ feature }) => feature),
    dataset.featureNames,
  );
  assert.ok(Math.abs(importance.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
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

test('a block without rows and a missing library are told apart', async t => {
  const noValidation = { ...dataset, block: dataset.block.map(block => (block === 1 ? 2 : block)) };
  await assert.rejects(fit(t, trainWith(SMALL), { dataset: noValidation }), { code: 'TRAINING_FAILED' });
  const elsewhere = { lightgbm: '/nowhere/lib_lightgbm.so' };
  await assert.rejects(fit(t, trainWith(SMALL), { libraries: elsewhere }), {
    code: 'NATIVE_LIBRARY_MISSING',
    message: /\/nowhere\/lib_lightgbm\.so.*setup/,
  });
});

test('LightGBM’s own refusal is told in its words', async t => {
  const names = { ...dataset, featureNames: ['a[0]', 'b', 'c', 'd'] };
  await assert.rejects(fit(t, trainWith(SMALL), { dataset: names }), {
    code: 'TRAINING_FAILED',
    message: /LightGBM: .*JSON/,
  });
});

test('a contract of other features than were fitted is refused', async t => {
  const { folder } = await fit(t, trainWith(SMALL));
  await assert.rejects(lightgbm.scoreGraph(folder, contractOf(3)), { code: 'MODEL_UNSUPPORTED' });
  await assert.rejects(lightgbm.scoreGraph(folder, { ...contractOf(FEATURES), steps: 2 }), {
    code: 'MODEL_UNSUPPORTED',
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

async function files(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(folder, name), 'utf8')])),
  );
}
