import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { reliabilityBins } from '../../statistics/reliability.ts';

/** Two classes by the probability of the second. */
function ofSecond(pairs: readonly (readonly [probability: number, label: number])[]) {
  const probabilities = Float64Array.from(pairs.flatMap(([p]) => [1 - p, p]));
  return reliabilityBins(
    pairs.map(([, label]) => label),
    probabilities,
    2,
    1,
  );
}

test('twenty rows of different probabilities make ten bins of two, the lowest first', () => {
  const bins = ofSecond(Array.from({ length: 20 }, (_, row) => [(19 - row) / 20, Number(row % 4 === 0)]));
  assert.equal(bins.length, 10);
  assert.deepEqual(bins[0], { rows: 2, probability: 0.025, frequency: 0 });
  assert.deepEqual(
    bins.map(bin => bin.frequency),
    [0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5],
  );
});

test('rows of one probability are one bin', () => {
  assert.deepEqual(ofSecond(Array.from({ length: 50 }, (_, row) => [0.5, Number(row < 10)])), [
    { rows: 50, probability: 0.5, frequency: 0.2 },
  ]);
});

test('few rows make few bins, none none', () => {
  assert.equal(ofSecond([]).length, 0);
  assert.equal(
    ofSecond([
      [0.1, 0],
      [0.9, 1],
    ]).length,
    2,
  );
});

test('every row is in one bin, bins ascend, and the order of rows says nothing', () => {
  const pair = fc.tuple(
    fc.integer({ min: 0, max: 40 }).map(step => step / 40),
    fc.integer({ min: 0, max: 1 }),
  );
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 200 }), pairs => {
      const bins = ofSecond(pairs);
      assert.ok(bins.length <= 10);
      assert.equal(
        bins.reduce((sum, bin) => sum + bin.rows, 0),
        pairs.length,
      );
      const came = bins.reduce((sum, bin) => sum + bin.rows * bin.frequency, 0);
      assert.ok(Math.abs(came - pairs.filter(([, label]) => label === 1).length) < 1e-9);
      assert.ok(bins.every((bin, at) => at === 0 || bin.probability > bins[at - 1]!.probability));
      const reversed = ofSecond(pairs.toReversed());
      assert.deepEqual(
        reversed.map(bin => [bin.rows, bin.frequency]),
        bins.map(bin => [bin.rows, bin.frequency]),
      );
    }),
  );
});
