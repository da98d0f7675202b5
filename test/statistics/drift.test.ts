import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { correlationMatrix } from '../../statistics/correlation.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovChance, populationStability } from '../../statistics/drift.ts';
import { quantileOfSorted, selectMedian, selectSmallest } from '../../statistics/quantile.ts';
import { near } from '../support/near.ts';
import { sharedOracles, withoutShared } from '../support/shared.ts';

const sorted = (values: Iterable<number>) => Float64Array.from(values).sort();

test('PSI and Kolmogorov-Smirnov equal the reference', { skip: withoutShared }, () => {
  const oracle = JSON.parse(readFileSync(join(sharedOracles, 'statistics.json'), 'utf8'));
  const psi = oracle.psi_10_quantile_bins_of_reference;
  const [reference, current] = [sorted(psi.reference), sorted(psi.current)];
  near(populationStability(reference, current), psi.psi, 1e-10);
  const shifted = reference.map(value => value + 8);
  near(populationStability(reference, shifted), psi.psi_of_reference_shifted_by_8_with_empty_bins, 1e-10);
  const distance = kolmogorovSmirnov(reference, current)!;
  near(distance, oracle.ks_statistic, 1e-10);
  const chance = kolmogorovSmirnovChance(distance, reference.length, current.length);
  assert.ok(Math.abs(chance / oracle.ks_p_value_asymptotic - 1) < 1e-10);
});

test('a distribution does not drift from itself', () => {
  const values = sorted(Array.from({ length: 500 }, (_, i) => Math.sin(i)));
  near(populationStability(values, values), 0);
  assert.equal(kolmogorovSmirnov(values, values), 0);
  assert.equal(kolmogorovSmirnovChance(0, 500, 500), 1);
});

test('shifted by a tenth of the values, the index is known in closed form', () => {
  const reference = sorted(Array.from({ length: 1_000 }, (_, i) => i));
  const current = sorted(Array.from({ length: 1_000 }, (_, i) => i + 100));
  // The lowest bin is empty (1e-4), the highest holds two tenths.
  near(populationStability(reference, current), (1e-4 - 0.1) * Math.log(1e-3) + 0.1 * Math.log(2), 1e-10);
  near(kolmogorovSmirnov(reference, current), 0.1);
});

test('without values there is nothing to compare', () => {
  assert.equal(populationStability(sorted([]), sorted([1])), null);
  assert.equal(kolmogorovSmirnov(sorted([1]), sorted([])), null);
});

test('the Kolmogorov-Smirnov distance is that of the two step functions', () => {
  const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const share = (of: number[], at: number) => of.filter(value => value <= at).length / of.length;
      const distances = [...a, ...b].map(at => Math.abs(share(a, at) - share(b, at)));
      near(kolmogorovSmirnov(sorted(a), sorted(b)), Math.max(...distances));
    }),
  );
});

test('the chance falls with the distance and is continuous where its formula changes', () => {
  let before = 1;
  for (let distance = 0.001; distance < 0.1; distance += 0.0002) {
    const chance = kolmogorovSmirnovChance(distance, 4_000, 4_000);
    assert.ok(chance <= before + 1e-9 && chance > before * 0.85, `${distance}: ${before} then ${chance}`);
    before = chance;
  }
});

test('selection finds what sorting finds', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.float({ noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(values, fc.nat(), (values, at) => {
      const order = Float32Array.from(values).sort();
      const k = at % values.length;
      assert.equal(selectSmallest(Float32Array.from(values), k) + 0, order[k] + 0);
      const half = values.length >> 1;
      const median = values.length % 2 === 1 ? order[half] : (order[half - 1] + order[half]) / 2;
      assert.equal(selectMedian(Float32Array.from(values)) + 0, median + 0);
    }),
    { numRuns: 300 },
  );
  assert.ok(Number.isNaN(selectMedian(new Float32Array())));
  near(quantileOfSorted(sorted([1, 2, 4]), 0.75), 3);
});

test('correlation is Pearson’s; a column that does not vary has none', () => {
  const random = Float32Array.from({ length: 1_500 }, (_, i) => Math.sin(i * i));
  const columns = [
    random,
    random.map(value => 3 - 2 * value),
    random.map((value, i) => value + Math.cos(7 * i)),
    new Float32Array(1_500).fill(2.3),
    random.map((value, i) => (i % 3 === 0 ? Number.NaN : value)),
  ];
  const rho = correlationMatrix(columns);
  near(rho[0], 1);
  near(rho[1], -1, 1e-6);
  near(rho[2], pearson(columns[0], columns[2]), 1e-10);
  near(rho[2 * 5], rho[2]);
  assert.ok(Number.isNaN(rho[3]) && Number.isNaN(rho[3 * 5 + 3]));
  const present = columns[4].filter(value => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  near(
    rho[4],
    pearson(
      random,
      columns[4].map(value => (Number.isNaN(value) ? mean : value)),
    ),
    1e-6,
  );
});

function pearson(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
