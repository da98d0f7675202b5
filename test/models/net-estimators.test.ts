import assert from 'node:assert/strict';
import test from 'node:test';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import { readNetFit } from '../../models/estimators/net-fit-file.ts';
import type { ModelContract } from '../../models/onnx/contract.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { type ModelSession, openSession } from '../../models/onnx/session.ts';
import { accuracy, delayedCopy, fitNet, knownDataset } from './net-training.ts';

/** Sizes that train in a second. */
const TINY = {
  gru: { steps: 5, units: 8, layers: 2 },
  lstm: { steps: 5, units: 8, layers: 2 },
  mlp: { steps: 3, units: 16, activation: 'gelu' },
  'temporal-conv': { steps: 5, channels: 8, blocks: 2 },
  'cnn-lstm': { steps: 6, channels: 8, units: 6 },
};
const TRAINED = { epochs: 1, batch_size: 32, lr: 0.01 };

for (const [name, size] of Object.entries(TINY)) {
  const estimator = findEstimator(name);

  test(`${name}: the exported graph answers every row as the fit does, the same in any batch`, async t => {
    for (const task of ['direction3', 'approve2', 'return'] as const) {
      const dataset = datasetOf(task);
      const params = { ...TRAINED, ...size };
      const { folder, summary } = await fitNet(t, estimator, params, { dataset, task });
      assert.ok(Number.isFinite(summary.bestLoss));
      const { windows, rows } = blockRows(dataset, 'test', size.steps);
      const contract = contractOf(task, size.steps);
      const calibration = task === 'return' ? null : noCalibration(TASK_CLASSES[task].length);
      const scores = await estimator.scores(folder, windows, {});
      const own = calibration ? calibrate(scores, calibration) : scores;
      const session = await openSession(
        modelFile(await estimator.scoreGraph(folder, contract), contract, calibration),
      );
      t.after(() => session.dispose());
      const { disagreements } = await checkParity(session, own, windows, estimator.parityTolerance);
      assert.equal(disagreements, 0);
      const alone = await answers(session, windows, 1, rows);
      assert.deepEqual(await answers(session, windows, 34, rows), alone);
    }
  });
}

test('cnn-lstm has 689,651 weights over 60 steps of 15 features and 3 classes', async t => {
  const cnnLstm = findEstimator('cnn-lstm');
  const dataset = knownDataset({ rows: 100, features: 15, lead: 60, answer: (_, bar) => bar % 3 });
  const rows = dataset.block.map((_, bar) => (bar < 60 ? -1 : bar < 64 ? 0 : 1));
  const small = { ...dataset, block: rows };
  const { folder } = await fitNet(t, cnnLstm, { epochs: 1, batch_size: 4 }, { dataset: small });
  assert.equal((await readNetFit(folder)).weights, 689_651);
});

test('recurrent nets and convolutions learn to copy a sign from some bars ago', async t => {
  const dataset = delayedCopy(1_000, 3);
  for (const [name, size, lr] of [
    ['gru', { steps: 5, units: 12 }, 0.03],
    ['lstm', { steps: 5, units: 12 }, 0.03],
    ['temporal-conv', { steps: 5, channels: 8, blocks: 2 }, 0.01],
    ['cnn-lstm', { steps: 8, channels: 8, units: 8, layers: 1 }, 0.01],
  ] as const) {
    const estimator = findEstimator(name);
    const params = { epochs: 12, batch_size: 32, lr, dropout: 0, ...size };
    const { folder } = await fitNet(t, estimator, params, { dataset });
    const share = await accuracy(estimator, folder, dataset, size.steps);
    assert.ok(share > 0.85, `${name} is right in ${share} of the rows`);
  }
});

test('the parity of two signs, which no single feature tells, is learnt', async t => {
  const dataset = knownDataset({
    rows: 1_500,
    answer: ([a, b], bar) => (a[bar] * b[bar] > 0 ? 2 : 0),
  });
  const mlp = findEstimator('mlp');
  const params = { epochs: 20, batch_size: 32, lr: 0.02, dropout: 0, units: 16, patience: 20 };
  const { folder } = await fitNet(t, mlp, params, { dataset });
  assert.ok((await accuracy(mlp, folder, dataset, 1)) > 0.9);
});

test('the direction of a noisy sine is learnt better than a guess', async t => {
  const wave = (bar: number) => Math.sin((2 * Math.PI * bar) / 24);
  const dataset = knownDataset({
    rows: 1_500,
    features: 1,
    value: (random, bar) => wave(bar) + 0.6 * (random() - 0.5),
    answer: (_, bar) => (wave(bar + 3) > wave(bar) ? 2 : 0),
  });
  const gru = findEstimator('gru');
  const params = { steps: 12, units: 12, epochs: 10, batch_size: 32, lr: 0.02, dropout: 0 };
  const { folder } = await fitNet(t, gru, params, { dataset });
  assert.ok((await accuracy(gru, folder, dataset, 12)) > 0.85);
});

test('returns are learnt in their own unit, however small that is', async t => {
  const dataset = datasetOf('return', 1_500, 1e-4);
  const mlp = findEstimator('mlp');
  for (const loss of ['mse', 'huber']) {
    const params = { steps: 2, epochs: 15, batch_size: 32, lr: 0.01, dropout: 0, loss };
    const { folder } = await fitNet(t, mlp, params, { dataset, task: 'return' });
    const { windows, target } = blockRows(dataset, 'test', 2);
    const scores = await mlp.scores(folder, windows, {});
    const square = (error: (row: number) => number) =>
      target!.reduce((sum, _, row) => sum + error(row) ** 2, 0);
    assert.ok(square(row => scores[row] - target![row]) < 0.2 * square(row => target![row]), loss);
  }
});

test('weights, focal loss and sampling each raise the recall of a rare class', async t => {
  const mlp = findEstimator('mlp');
  const dataset = knownDataset({
    rows: 2_000,
    answer: ([a, b], bar) =>
      a[bar] + 0.5 * b[bar] > 1.1 ? 2 : a[bar] * 7 - Math.floor(a[bar] * 7) < 0.1 ? 2 : 1,
  });
  const recall = async (imbalance: string, classWeights: 'balanced' | 'none') => {
    const params = { epochs: 4, batch_size: 64, lr: 0.01, units: 8, imbalance };
    const { folder } = await fitNet(t, mlp, params, { dataset }, { classWeights });
    const { windows, label } = blockRows(dataset, 'test', 1);
    const scores = await mlp.scores(folder, windows, {});
    const hits = label.filter((own, row) => own === 2 && scores[3 * row + 2] > scores[3 * row + 1]);
    return hits.length / label.filter(own => own === 2).length;
  };
  const without = await recall('none', 'none');
  for (const imbalance of ['weights', 'focal', 'sampling']) {
    const share = await recall(imbalance, 'balanced');
    assert.ok(share > without + 0.1, `${imbalance}: ${share} against ${without}`);
  }
});

test('class weights that nothing carries are refused: calibration would undo what was not done', async t => {
  const fitting = fitNet(
    t,
    findEstimator('gru'),
    { steps: 2, imbalance: 'none' },
    { dataset: delayedCopy(200, 1) },
  );
  await assert.rejects(fitting, { code: 'RECIPE_INVALID', message: /train\.classWeights/ });
});

test('a model asked about other windows than it was fitted on is refused', async t => {
  const gru = findEstimator('gru');
  const dataset = delayedCopy(300, 1);
  const { folder } = await fitNet(t, gru, { ...TRAINED, steps: 3, units: 2 }, { dataset });
  const { windows } = blockRows(dataset, 'test', 4);
  await assert.rejects(gru.scores(folder, windows, {}), { code: 'MODEL_UNSUPPORTED' });
  await assert.rejects(gru.scoreGraph(folder, contractOf('direction3', 4)), { code: 'MODEL_UNSUPPORTED' });
  await assert.rejects(gru.scoreGraph(folder, contractOf('approve2', 3)), { code: 'MODEL_UNSUPPORTED' });
});

function datasetOf(task: Task, rows = 500, unit = 1) {
  return knownDataset({
    ...{ rows, task },
    value: random => (random() < 0.03 ? Number.NaN : random() * 2 - 1),
    answer: ([a, b], bar) => {
      const value = (a[bar - 1] || 0) + 0.5 * (b[bar] || 0);
      if (task === 'return') return unit * value;
      return task === 'approve2' ? Number(value > 0) : value < -0.3 ? 0 : value < 0.3 ? 1 : 2;
    },
  });
}

function contractOf(task: Task, steps: number): ModelContract {
  return {
    featureNames: ['feature_0', 'feature_1'],
    ...{ schemaHash: 'a'.repeat(64), steps, task, classes: TASK_CLASSES[task], packageId: 'b'.repeat(64) },
  };
}

async function answers(
  session: ModelSession,
  windows: WindowTable,
  batch: number,
  rows: number,
): Promise<number[]> {
  const width = windows.steps * windows.features;
  const found: number[] = [];
  for (let from = 0; from < rows; from += batch) {
    const to = Math.min(from + batch, rows);
    const x = new Float32Array((to - from) * width);
    copyWindows(windows, from, to, x);
    found.push(...(await session.run(x, to - from)));
  }
  return found;
}
