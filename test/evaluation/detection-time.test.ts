import assert from 'node:assert/strict';
import test from 'node:test';
import { barsToDetect, barsToDetectFrom, durationOfBars } from '../../evaluation/detection-time.ts';
import { bootstrapIntervals } from '../../statistics/bootstrap.ts';
import { seededRandom } from '../../statistics/random.ts';
import { statisticsOfSums } from '../../statistics/resampled.ts';

/** 95 % interval of an estimate with this standard error. */
function estimate(error: number) {
  return { value: 0, low: -1.959963984540054 * error, high: 1.959963984540054 * error };
}

test('bars to detect follow the sample size of a test of a mean: (z.975 + z.8)² · variance / difference²', () => {
  // Of 10,000 bars with an error of .01, a bar's own deviation is 1: (1.959964 + .841621)² / .05².
  assert.equal(barsToDetect(0.05, estimate(0.01), 10_000), Math.ceil(7.848_879_7 / 0.0025));
  assert.equal(barsToDetect(0.1, estimate(0.01), 10_000), Math.ceil(7.848_879_7 / 0.01));
});

test('without an interval, or a difference to look for, nothing is told', () => {
  assert.equal(barsToDetect(0.05, { value: 0.1, low: null, high: null }, 10_000), null);
  assert.equal(barsToDetect(0, estimate(0.01), 10_000), null);
});

test('of one model’s evidence the error of a difference is √2 times its own', () => {
  const evidence = { intervals: { mcc: estimate(0.01) }, testBlock: { rows: 10_000 } } as never;
  assert.equal(barsToDetectFrom(evidence, 0.05), 2 * barsToDetect(0.05, estimate(0.01), 10_000)!);
});

test('a difference of that size is indeed found in about 80 of 100 samples of that length', () => {
  const gaussian = normals(7);
  const difference = 0.1;
  const bars = barsToDetect(difference, estimate(1 / Math.sqrt(500)), 500)!;
  let found = 0;
  for (let sample = 0; sample < 400; sample++) {
    const gains = Float64Array.from({ length: bars }, () => difference + gaussian());
    const mean = statisticsOfSums(bars, 1, (row, out) => (out[0] = gains[row]!), {
      mean: sums => sums[0]! / bars,
    });
    const { low } = bootstrapIntervals(mean, { rows: bars, blockRows: 1, draws: 400, seed: 1 }).mean;
    if (low! > 0) found++;
  }
  assert.ok(found > 280 && found < 360, `${found} of 400`);
});

test('how long that is, in the unit that people would use', () => {
  assert.equal(durationOfBars(11_700, '1h'), 'about 16 months');
  assert.equal(durationOfBars(1, '1h'), 'about 1 day');
  assert.equal(durationOfBars(2_000, '1d'), 'about 5 years');
});

/** Standard normal numbers, by Box and Muller. */
function normals(seed: number): () => number {
  const random = seededRandom(seed);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
