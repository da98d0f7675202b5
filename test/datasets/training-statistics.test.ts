import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Recipe } from '../../contracts/recipe.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { buildDataset } from '../../datasets/dataset.ts';
import { labelledRows } from '../../datasets/fold-report.ts';
import { type Fold, splitFolds } from '../../datasets/folds.ts';
import { withoutOutliers } from '../../datasets/outlier-filter.ts';
import { fitScaler } from '../../datasets/scaler.ts';
import { type LabelledRows, rowWeights } from '../../datasets/weights/index.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { goldenCandles } from '../support/candles.ts';
import { near } from '../support/near.ts';
import { recipeWith } from '../support/recipes.ts';

const candles = goldenCandles();
const build = (changes: Record<string, unknown> = {}) =>
  buildDataset(candles, '1h', recipeWith(changes), CATALOG, 1);
const WEIGHTS = {
  uniqueness: true,
  classBalance: true,
  timeDecay: { kind: 'exponential', halfLifeBars: 500 },
} as const;

test('a scaler is the mean and deviation, or the median and 1.4826 MAD, of the values that are there', () => {
  const columns = [Float32Array.of(1, 2, 3, 10, 99, Number.NaN), new Float32Array(6).fill(7)];
  const rows = Int32Array.of(0, 1, 2, 3, 5);
  const standard = fitScaler(columns, rows, 'standard');
  near(standard.center[0], 4);
  near(standard.scale[0], Math.sqrt(12.5));
  const robust = fitScaler(columns, rows, 'robust');
  near(robust.center[0], 2.5);
  near(robust.scale[0], 1.4826 * 1);
  for (const { center, scale } of [standard, robust]) assert.deepEqual([center[1], scale[1]], [7, 1]);
  const empty = fitScaler([new Float32Array(6).fill(Number.NaN)], rows, 'standard');
  assert.deepEqual([empty.center[0], empty.scale[0]], [0, 1]);
});

test('the filter leaves out training rows with a value beyond the threshold, and no others', () => {
  const column = Float32Array.from({ length: 101 }, (_, i) => i - 50);
  // The median is 0 and the MAD 25.
  const reach = 1.4826 * 25;
  const train = Int32Array.from(column.keys());
  assert.equal(withoutOutliers([column], train, 50 / reach).length, 101);
  assert.equal(withoutOutliers([column], train, 49.9 / reach).length, 99);
  assert.equal(withoutOutliers([column, new Float32Array(101).fill(3)], train, 49.9 / reach).length, 99);
  const missing = column.map((value, row) => (row === 0 ? Number.NaN : value));
  assert.ok(withoutOutliers([missing], train, 49 / reach).includes(0));
});

test('a recipe’s filter thins the training block alone, and is counted', () => {
  const [all, kept] = [build(), build({ filter: { kind: 'robust-z', threshold: 4 } })];
  const { filteredRows, blocks, purgedRows } = kept.report;
  assert.ok(filteredRows > 10 && filteredRows < 500);
  assert.equal(blocks.train.rows, all.report.blocks.train.rows - filteredRows);
  assert.equal(purgedRows, all.report.purgedRows);
  for (const name of ['validation', 'test'] as const) assert.deepEqual(blocks[name], all.report.blocks[name]);
});

test('weights are in the dataset only where the recipe asks for them', () => {
  assert.equal(build().dataset.weight, undefined);
  const train = { estimator: 'lightgbm', classWeights: 'none' };
  const { dataset } = build({ weights: WEIGHTS, train });
  const rows = rowsOfBlock(dataset, 'train');
  near(rows.reduce((sum, row) => sum + dataset.weight![row], 0) / rows.length, 1, 1e-6);
});

test('changing what is evaluated changes no statistic of training, in any fold', () => {
  const { dataset } = build();
  const labelled = labelledRows(dataset);
  const specs = [
    { kind: 'walk-forward', folds: 4, window: 'rolling', initial: 0.5, validation: 0.2 },
    { kind: 'combinatorial', groups: 5, testGroups: 2, validation: 0.2 },
  ] as const;
  const main = (name: 'train' | 'validation' | 'test') => rowsOfBlock(dataset, name);
  const folds: Fold[] = [
    { train: main('train'), validation: main('validation'), test: main('test'), purgedRows: 0 },
    ...specs.flatMap(spec => [...splitFolds(labelled, dataset, spec, 24)]),
  ];
  const rows = { ...dataset, classes: 3 };
  fc.assert(
    fc.property(
      fc.constantFrom(...folds),
      fc.nat(),
      fc.nat(2),
      fc.double({ noNaN: true }),
      (fold, at, label, value) => {
        const evaluated = [...fold.validation, ...fold.test];
        const row = evaluated[at % evaluated.length];
        const columns = dataset.columns.map(column => column.with(row, value));
        const changed = { ...rows, label: rows.label.with(row, label), labelEnd: rows.labelEnd.slice() };
        changed.labelEnd[row] = Math.min(changed.labelEnd[row] + (at % 5), candles.close.length - 1);
        assert.deepEqual(statistics(columns, changed, fold), statistics(dataset.columns, rows, fold));
      },
    ),
    { numRuns: 60 },
  );
});

test('a dataset of later bars has the same training statistics: they are fixed by the training rows', () => {
  const filter = { kind: 'robust-z', threshold: 5 };
  const { dataset } = build({ filter });
  const later = rowsOfBlock(dataset, 'test')[0] + 50;
  const other = {
    ...candles,
    ...Object.fromEntries(
      (['open', 'high', 'low', 'close'] as const).map(name => [
        name,
        candles[name].map((price, bar) => (bar > dataset.bar[later] ? price * 1.5 : price)),
      ]),
    ),
  };
  const changed = buildDataset(other, '1h', recipeWith({ filter }), CATALOG, 1).dataset;
  const training = rowsOfBlock(dataset, 'train');
  assert.deepEqual(rowsOfBlock(changed, 'train'), training);
  for (const kind of ['standard', 'robust'] as const)
    assert.deepEqual(fitScaler(changed.columns, training, kind), fitScaler(dataset.columns, training, kind));
});

/** All that is fitted to training rows: scalers (whose centre fills missing values), what the filter keeps, weights. */
function statistics(columns: readonly Float32Array[], rows: LabelledRows, fold: Fold) {
  const kept = withoutOutliers(columns, fold.train, 4);
  const spec: NonNullable<Recipe['weights']> = WEIGHTS;
  const weights = rowWeights({ ...fold, train: kept }, rows, spec);
  return {
    standard: fitScaler(columns, fold.train, 'standard'),
    robust: fitScaler(columns, fold.train, 'robust'),
    kept,
    weights: Float32Array.from(kept, row => weights[row]),
  };
}
