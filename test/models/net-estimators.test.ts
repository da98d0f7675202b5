import assert from 'node:assert/strict';
import test from 'node:test';
import { blockRows } from '../../datasets/block-rows.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import { readNetFit } from '../../models/nets/estimator/net-fit-file.ts';
import { accuracy, delayedCopy, fitNet, knownDataset } from './net-training.ts';

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
  const dataset = returns(1_500, 1e-4);
  const mlp = findEstimator('mlp');
  for (const loss of ['l2', 'huber']) {
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

test('windows of another size than were fitted on are refused', async t => {
  const gru = findEstimator('gru');
  const dataset = delayedCopy(300, 1);
  const { folder } = await fitNet(t, gru, { steps: 3, units: 2, epochs: 1 }, { dataset });
  const { windows } = blockRows(dataset, 'test', 4);
  await assert.rejects(gru.scores(folder, windows, {}), {
    code: 'SCHEMA_MISMATCH',
    message: /3 bars × 2 features.*4 × 2/,
  });
});

function returns(rows: number, unit: number) {
  return knownDataset({
    ...{ rows, task: 'return' },
    value: random => (random() < 0.03 ? Number.NaN : random() * 2 - 1),
    answer: ([a, b], bar) => unit * ((a[bar - 1] || 0) + 0.5 * (b[bar] || 0)),
  });
}
