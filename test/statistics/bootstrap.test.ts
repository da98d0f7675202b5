import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { bootstrapIntervals, type Draw, type Statistic } from '../../statistics/bootstrap.ts';
import { classificationMetrics } from '../../statistics/classification.ts';
import { likeliestClasses } from '../../statistics/probabilities.ts';
import { pairedDifference, statisticsOfSums } from '../../statistics/resampled.ts';
import {
  type ClassificationStatistic,
  classificationStatistics,
  mccStatistic,
} from '../../statistics/resampled-classification.ts';
import { golden, type PackedArray, unpackFloat64, unpackInt32 } from '../support/golden.ts';
import { near } from '../support/near.ts';

const CLASSES = ['SHORT', 'NO_TRADE', 'LONG'];

interface Reference {
  spec: { blockRows: number; draws: number; seed: number };
  paired_mcc_balanced_less_imbalanced: [number, number];
  [population: string]: unknown;
}
const reference = golden<Reference>('block_bootstrap.json');
const { populations } = golden<{
  populations: Record<string, { y: PackedArray; probabilities: PackedArray }>;
}>('classification_metrics.json');

function statisticsOf(name: string, withProbabilitiesOf = name): Statistic<ClassificationStatistic> {
  const label = unpackInt32(populations[name]!.y);
  const probabilities = unpackFloat64(populations[withProbabilitiesOf]!.probabilities);
  return classificationStatistics(label, probabilities, CLASSES, likeliestClasses(probabilities, 3));
}

for (const name of ['balanced', 'no_short_present']) {
  test(`intervals of the ${name} population equal numpy's and scikit-learn's on the same draws`, () => {
    const expected = reference[name] as Record<ClassificationStatistic, [number, number] | null>;
    const got = bootstrapIntervals(statisticsOf(name), { rows: 1_000, ...reference.spec });
    for (const [key, estimate] of Object.entries(got)) {
      const [low, high] = expected[key as ClassificationStatistic] ?? [null, null];
      near(estimate.low, low);
      near(estimate.high, high);
    }
  });
}

test('the estimate beside an interval is the metric itself', () => {
  const { y, probabilities } = populations.balanced!;
  const metrics = classificationMetrics(unpackInt32(y), unpackFloat64(probabilities), CLASSES);
  const got = bootstrapIntervals(statisticsOf('balanced'), { rows: 1_000, ...reference.spec });
  for (const key of Object.keys(got) as ClassificationStatistic[]) {
    assert.equal(got[key].value, metrics[key], key);
  }
});

test("two models' difference on the same draws equals the reference", () => {
  const label = unpackInt32(populations.balanced!.y);
  const [one, other] = ['balanced', 'imbalanced'].map(name =>
    mccStatistic(label, likeliestClasses(unpackFloat64(populations[name]!.probabilities), 3), 3),
  );
  const { mcc } = bootstrapIntervals(pairedDifference(one!, other!), { rows: 1_000, ...reference.spec });
  near(mcc.low, reference.paired_mcc_balanced_less_imbalanced[0]);
  near(mcc.high, reference.paired_mcc_balanced_less_imbalanced[1]);
});

test('a model less itself is exactly 0 on every draw', () => {
  const statistic = statisticsOf('balanced');
  const got = bootstrapIntervals(pairedDifference(statistic, statistic), { rows: 1_000, ...reference.spec });
  for (const estimate of Object.values(got)) assert.deepEqual(estimate, { value: 0, low: 0, high: 0 });
});

/** Spells a draw out row by row: what the prefix sums and counts stand for. */
function rowsOf(draw: Draw): number[] {
  const last = draw.starts.length - 1;
  return [...draw.starts].flatMap((start, block) =>
    Array.from({ length: block === last ? draw.lastBlockRows : draw.blockRows }, (_, i) => start + i),
  );
}

test('every draw has exactly as many rows as the series, in whole neighbouring blocks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 300 }), fc.integer({ min: 1, max: 12 }), (size, blockRows) => {
      const rows = Math.max(size, 10 * blockRows);
      const spy: Statistic<'size'> = {
        names: ['size'],
        measure(draw, out) {
          const drawn = rowsOf(draw);
          assert.equal(drawn.length, rows);
          assert.ok(drawn.every(row => row >= 0 && row < rows));
          assert.ok(draw.lastBlockRows >= 1 && draw.lastBlockRows <= draw.blockRows);
          out[0] = drawn.length;
        },
      };
      bootstrapIntervals(spy, { rows, blockRows, draws: 5, seed: 3 });
    }),
    { numRuns: 50 },
  );
});

test('sums by prefix equal sums row by row on any draw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 30, maxLength: 200 }),
      fc.nat(),
      (values, seed) => {
        const fast = statisticsOfSums(
          values.length,
          1,
          (row, out) => {
            out[0] = values[row]!;
          },
          { sum: sums => sums[0]! },
        );
        const naive: Statistic<'sum'> = {
          names: ['sum'],
          measure(draw, out) {
            out[0] = rowsOf(draw).reduce((sum, row) => sum + values[row]!, 0);
          },
        };
        const spec = { rows: values.length, blockRows: 3, draws: 50, seed };
        assert.deepEqual(bootstrapIntervals(fast, spec), bootstrapIntervals(naive, spec));
      },
    ),
    { numRuns: 50 },
  );
});

function meanOf(values: readonly number[]): Statistic<'mean'> {
  return statisticsOfSums(
    values.length,
    1,
    (row, out) => {
      out[0] = values[row]!;
    },
    { mean: sums => sums[0]! / values.length },
  );
}

test('the interval contains the estimate of a mean, and the seed decides it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 200, maxLength: 300 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      (values, seed) => {
        const spec = { rows: values.length, blockRows: 2, draws: 400, seed };
        const { mean } = bootstrapIntervals(meanOf(values), spec);
        assert.ok(mean.low! <= mean.value! + 1e-12 && mean.value! <= mean.high! + 1e-12);
        assert.deepEqual(bootstrapIntervals(meanOf(values), spec).mean, mean);
      },
    ),
    { numRuns: 30 },
  );
});

test('other seeds give other intervals', () => {
  const values = Array.from({ length: 200 }, (_, i) => Math.sin(i * i));
  const spec = { rows: 200, blockRows: 4, draws: 200, seed: 1 };
  assert.notDeepEqual(
    bootstrapIntervals(meanOf(values), spec),
    bootstrapIntervals(meanOf(values), { ...spec, seed: 2 }),
  );
});

test('longer blocks widen the interval of a slow series', () => {
  const values = Array.from({ length: 2_000 }, (_, i) => Math.sin(i / 15));
  const width = (blockRows: number) => {
    const { mean } = bootstrapIntervals(meanOf(values), { rows: 2_000, blockRows, draws: 500, seed: 1 });
    return mean.high! - mean.low!;
  };
  assert.ok(width(40) > 3 * width(1));
});

test('under ten blocks there are no bounds', () => {
  const values = Array.from({ length: 99 }, (_, i) => i);
  const { mean } = bootstrapIntervals(meanOf(values), { rows: 99, blockRows: 10, draws: 100, seed: 1 });
  assert.deepEqual(mean, { value: 49, low: null, high: null });
});

test('a statistic that many draws leave undefined has an estimate and no bounds', () => {
  const rare = statisticsOfSums(
    100,
    1,
    (row, out) => {
      out[0] = row === 50 ? 1 : 0;
    },
    { ofRareRow: sums => (sums[0]! > 0 ? 1 : Number.NaN) },
  );
  const { ofRareRow } = bootstrapIntervals(rare, { rows: 100, blockRows: 1, draws: 500, seed: 1 });
  assert.deepEqual(ofRareRow, { value: 1, low: null, high: null });
});

test('at a level, that share of the draws lies outside, half of it on each side', () => {
  const spec = { rows: 1_000, ...reference.spec, draws: 1_000 };
  const at = (level?: number) => bootstrapIntervals(statisticsOf('balanced'), { ...spec, level }).mcc;
  assert.deepEqual(at(0.05), at());
  const samples = [0.2, 0.1, 0.05, 0.02].map(at);
  for (const [index, { low, high }] of samples.slice(1).entries())
    assert.ok(low! < samples[index]!.low! && high! > samples[index]!.high!, `${index}`);
});
