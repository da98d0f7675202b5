import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { calibrate, fitCalibration, noCalibration } from '../../../models/decision/calibration.ts';
import { calibrationError } from '../../../statistics/calibration-error.ts';
import { generator } from '../fixtures.ts';

/** Scores whose softmax, sharpened or not, is the truth's distribution; `weights` are added as training would have. */
function population(rows: number, temperature: number, weights: readonly number[], seed = 3) {
  const random = generator(seed);
  const scores = new Float64Array(rows * weights.length);
  const label = new Int8Array(rows);
  for (let row = 0; row < rows; row++) {
    const logits = weights.map(() => 3 * (random() - 0.5));
    label[row] = drawn(logits.map(Math.exp), random());
    for (const [k, logit] of logits.entries())
      scores[row * weights.length + k] = logit * temperature + Math.log(weights[k]);
  }
  return { scores, label };
}

/** The index whose share of the odds holds the point `u` of 0 to 1. */
function drawn(odds: readonly number[], u: number): number {
  let left = u * odds.reduce((sum, value) => sum + value, 0);
  for (const [k, value] of odds.entries()) {
    left -= value;
    if (left < 0) return k;
  }
  return odds.length - 1;
}

test('the temperature that made scores too sharp or too flat is found', () => {
  for (const temperature of [0.4, 1, 2.5]) {
    const { scores, label } = population(20_000, temperature, [1, 1, 1]);
    const found = fitCalibration(scores, label, [1, 1, 1], 20_000).temperature;
    assert.ok(Math.abs(found / temperature - 1) < 0.05, `${found} for ${temperature}`);
  }
});

test('weights of classes are undone, and probabilities are then those of the truth', () => {
  const weights = [3, 0.5, 2];
  const { scores, label } = population(20_000, 1.7, weights);
  const calibration = fitCalibration(scores, label, weights, 20_000);
  const before = calibrate(scores, noCalibration(3));
  const after = calibrate(scores, calibration);
  assert.ok(calibrationError(label, after, 3) < 0.015);
  assert.ok(calibrationError(label, before, 3) > 0.05);
});

test('a temperature changes no order, and every row sums to 1', () => {
  const score = fc.double({ noNaN: true, min: -500, max: 500 });
  fc.assert(
    fc.property(
      fc.array(score, { minLength: 3, maxLength: 3 }),
      fc.double({ min: 0.05, max: 20, noNaN: true }),
      (row, temperature) => {
        const probabilities = calibrate(row, { logWeights: [0, 0, 0], temperature });
        assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-12);
        for (const a of [0, 1, 2])
          for (const b of [0, 1, 2]) if (row[a] > row[b]) assert.ok(probabilities[a] >= probabilities[b]);
      },
    ),
  );
});

test('few effective rows leave the temperature near 1, however many rows tell the same', () => {
  const { scores, label } = population(2_000, 2.5, [1, 1, 1]);
  const [alone, overlapping] = [2_000, 4].map(
    rows => fitCalibration(scores, label, [1, 1, 1], rows).temperature,
  );
  assert.ok(alone > 2.2 && overlapping < 1.4, `${alone} ${overlapping}`);
});

test('no rows, perfect rows and rows of one class give a temperature that can be served', () => {
  assert.equal(fitCalibration([1, 2], [], [1, 1], 0).temperature, 1);
  const perfect = Float64Array.from({ length: 200 }, (_, at) => (at % 4 === 0 || at % 4 === 3 ? 5 : -5));
  const label = Int8Array.from({ length: 100 }, (_, row) => row % 2);
  for (const labels of [label, new Int8Array(100)]) {
    const { temperature } = fitCalibration(perfect, labels, [1, 1], 100);
    assert.ok(temperature >= 0.02 && temperature <= 50);
  }
});

test('the calibration error is 0 where shares are as said, and the gap where they are not', () => {
  const half = Float64Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 0.75 : 0.25));
  const right = Int8Array.from({ length: 200 }, (_, row) => (row % 4 === 0 ? 1 : 0));
  assert.ok(calibrationError(right, half, 2) < 1e-12);
  assert.ok(Math.abs(calibrationError(new Int8Array(200), half, 2) - 0.25) < 1e-12);
});
