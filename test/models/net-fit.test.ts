import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { FitProgress } from '../../contracts/training.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import type { NetFit } from '../../models/nets/estimator/net-fit-file.ts';
import { accuracy, delayedCopy, fitNet, knownDataset } from './net-training.ts';

const SMALL = { steps: 4, epochs: 3, batch_size: 64, units: 4, lr: 0.01 };
const gru = findEstimator('gru');
const dataset = delayedCopy(600, 2);

test('a fit keeps the epoch of the lowest validation loss, and the last one', async t => {
  const params = { ...SMALL, epochs: 40, lr: 0.05, patience: 3, schedule: 'constant' };
  const { folder, summary } = await fitNet(t, gru, params, { dataset: delayedCopy(200, 2) });
  const { losses, bestRound } = await fitFile(folder);
  const validation = losses.validation.map(Number);
  assert.equal(summary.rounds, validation.length);
  assert.equal(summary.rounds, summary.bestRound + 3);
  assert.equal(summary.bestLoss, Math.min(...validation));
  assert.equal(validation[bestRound - 1], summary.bestLoss);
  const { 'best.safetensors': best, 'last.safetensors': last } = await files(folder);
  assert.equal(best.length, last.length);
  assert.notEqual(best, last);
});

test('the same seed gives the same bytes, another seed others', async t => {
  const params = { ...SMALL, dropout: 0.3 };
  const seeded = async (seed: number) =>
    await files((await fitNet(t, gru, params, { dataset }, { seed })).folder);
  const [first, again, other] = [await seeded(1), await seeded(1), await seeded(2)];
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
});

test('two threads give the same bytes each time', async t => {
  const fitted = async () => await files((await fitNet(t, gru, SMALL, { dataset }, { threads: 2 })).folder);
  assert.deepEqual(await fitted(), await fitted());
});

test('progress tells epochs, steps, losses and the time left', async t => {
  const seen: FitProgress[] = [];
  await fitNet(t, gru, SMALL, { dataset, onProgress: progress => seen.push(progress) });
  const steps = Math.floor(340 / 64);
  assert.ok(seen.every(progress => progress.rounds === 3 && progress.steps === steps));
  const last = seen.at(-1)!;
  assert.deepEqual([last.round, last.step, last.secondsLeft], [3, 0, 0]);
  assert.ok(last.loss! > 0 && last.bestLoss! <= last.loss!);
});

test('a rate out of all bounds is halved three times, then the training is given up', async t => {
  for (const optimizer of ['adamw', 'sgd']) {
    const params = { ...SMALL, lr: 1e9, optimizer, warmup_epochs: 0, clip_norm: 1 };
    await assert.rejects(fitNet(t, gru, params, { dataset }), {
      code: 'TRAINING_FAILED',
      message: /halved 3 times.*Lower train\.params\.lr/,
    });
  }
});

test('a batch larger than the data is reduced to them', async t => {
  const block = dataset.block.map((_, row) => (row < 30 || (row >= 33 && row < 300) ? -1 : row < 33 ? 0 : 1));
  const three = { ...dataset, block, label: dataset.label.map((_, row) => row % 3) };
  for (const name of ['gru', 'cnn-lstm']) {
    const params = { ...SMALL, batch_size: 4_096 };
    const { summary } = await fitNet(t, findEstimator(name), params, { dataset: three });
    assert.equal(summary.rounds, 3);
    assert.ok(Number.isFinite(summary.bestLoss));
  }
});

test('features that are constant, all missing, huge or tiny do not disturb the others', async t => {
  const [a] = dataset.columns;
  const all = (value: number) => new Float32Array(a.length).fill(value);
  const strange = [
    ...[all(5), all(Number.NaN), all(3e38), all(1e-40)],
    ...[a.map(x => 3e38 * x), a.map(x => 1e-40 * x), a.map((x, row) => (row % 50 === 7 ? 3e38 : x))],
  ];
  const columns = [a, ...strange];
  const featureNames = columns.map((_, at) => `feature_${at}`);
  const params = { ...SMALL, epochs: 25, lr: 0.03, units: 8, dropout: 0, batch_size: 32 };
  const changed = { ...dataset, columns, featureNames };
  const { folder, summary } = await fitNet(t, gru, params, { dataset: changed });
  assert.ok(Number.isFinite(summary.bestLoss));
  const share = await accuracy(gru, folder, changed, 4);
  assert.ok(share > 0.8, `right in ${share} of the rows`);
});

test('missing values take the mean of the training windows’ bars', async t => {
  const gaps = knownDataset({
    rows: 400,
    features: 1,
    value: (random, bar) => (bar % 3 ? 10 + bar + random() : Number.NaN),
    answer: ([x], bar) => (x[bar - 1] > 100 ? 2 : 0),
  });
  const { folder } = await fitNet(t, gru, SMALL, { dataset: gaps });
  const { preprocessing } = await fitFile(folder);
  const read = Array.from(gaps.columns[0].slice(20 - 3, 240)).filter(value => !Number.isNaN(value));
  const mean = read.reduce((sum, value) => sum + value, 0) / read.length;
  const variance = read.reduce((sum, value) => sum + (value - mean) ** 2, 0) / read.length;
  assert.ok(Math.abs(preprocessing.mean[0] - mean) < 1e-9);
  assert.ok(Math.abs(preprocessing.deviation[0] - Math.sqrt(variance)) < 1e-9);
});

test('validation rows of classes that were never trained are told', async t => {
  const trained = (row: number) => (dataset.block[row] === 0 ? row % 2 : 2);
  const apart = { ...dataset, label: dataset.label.map((_, row) => trained(row)) };
  await assert.rejects(fitNet(t, gru, SMALL, { dataset: apart }), {
    code: 'TRAINING_FAILED',
    message: /No validation row/,
  });
});

async function fitFile(folder: string): Promise<NetFit> {
  return JSON.parse(await readFile(join(folder, 'fit.json'), 'utf8')) as NetFit;
}

async function files(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(folder, name), 'latin1')])),
  );
}
