import assert from 'node:assert/strict';
import test from 'node:test';
import { type MarketBars, sliceCandles } from '../../contracts/candles.ts';
import { BLOCKS } from '../../contracts/dataset.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import * as datasets from '../../datasets/dataset.ts';
import { labelCandles } from '../../datasets/labels/index.ts';
import { CATALOG, createCatalog } from '../../features/catalog/index.ts';
import { schemaHash } from '../../features/schema.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { computeFeatures, definitionsOf } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';
import { recipeWith } from '../support/recipes.ts';

const buildDataset = (bars: MarketBars, recipe: Recipe) =>
  datasets.buildDataset(bars, '1h', recipe, CATALOG, 1);

const candles = goldenCandles();
const core15 = recipeWith({ features: { set: 'core15' } });

test('every row holds the features and the label of its bar', () => {
  const { dataset } = buildDataset(candles, core15);
  const { columns } = computeFeatures(candles, FEATURE_SETS.core15, 'float32');
  const labels = labelCandles(candles, core15.labels);
  assert.deepEqual(dataset.featureNames, FEATURE_SETS.core15);
  assert.equal(dataset.schemaHash, schemaHash(definitionsOf(FEATURE_SETS.core15)));
  for (const [row, bar] of dataset.bar.entries()) {
    const expected = Float32Array.from(dataset.featureNames, name => columns.get(name)![bar]);
    assert.deepEqual(
      Float32Array.from(dataset.columns, column => column[row]),
      expected,
    );
    assert.equal(dataset.openTime[row], candles.openTime[bar]);
    assert.equal(dataset.label[row], labels.label[bar]);
    assert.equal(dataset.labelEnd[row], labels.end[bar]);
  }
});

test('rows are all bars after warm-up, and the report accounts for each', () => {
  const { dataset, report } = buildDataset(candles, core15);
  assert.equal(report.bars, 3_000);
  assert.equal(dataset.bar[0], report.warmUpBars);
  assert.equal(report.rows, 3_000 - report.warmUpBars);
  assert.equal(report.unlabelledRows, 12);
  const inBlocks = BLOCKS.map(name => report.blocks[name].rows).reduce((a, b) => a + b);
  assert.equal(inBlocks + report.purgedRows + report.unlabelledRows, report.rows);
  for (const [number, name] of BLOCKS.entries()) {
    const { rows, classes, fromTime, toTime } = report.blocks[name];
    const members = [...dataset.block.keys()].filter(row => dataset.block[row] === number);
    assert.equal(members.length, rows);
    assert.deepEqual(
      classes,
      [0, 1, 2].map(value => members.filter(row => dataset.label[row] === value).length),
    );
    assert.deepEqual([fromTime, toTime], [dataset.openTime[members[0]], dataset.openTime[members.at(-1)!]]);
  }
});

test('nothing of training or validation is decided at or after the first test bar', () => {
  const { dataset, report } = buildDataset(candles, core15);
  const seen = [...dataset.block.keys()].filter(row => dataset.block[row] === 0 || dataset.block[row] === 1);
  const lastEnd = Math.max(...seen.map(row => dataset.labelEnd[row]));
  assert.equal(report.trainedThroughTime, candles.openTime[lastEnd]);
  assert.ok(report.trainedThroughTime < report.blocks.test.fromTime);
});

test('the embargo is the longer of horizon and look-back unless the recipe says otherwise', () => {
  assert.equal(buildDataset(candles, core15).report.embargoBars, 333);
  assert.equal(buildDataset(candles, recipeWith()).report.embargoBars, 19);
  const longer = { kind: 'fixed-horizon', horizonBars: 48, thresholdLogReturn: 0.01 };
  assert.equal(buildDataset(candles, recipeWith({ labels: longer })).report.embargoBars, 48);
  const split = { train: 0.6, validation: 0.2, test: 0.2, embargoBars: 7 };
  assert.equal(buildDataset(candles, recipeWith({ split })).report.embargoBars, 7);
});

test('holding times are those of the training block', () => {
  const { dataset, report } = buildDataset(candles, core15);
  const held = [...dataset.block.keys()]
    .filter(row => dataset.block[row] === 0)
    .map(row => dataset.labelEnd[row] - dataset.bar[row])
    .sort((a, b) => a - b);
  assert.equal(report.meanHoldingBars, held.reduce((a, b) => a + b) / held.length);
  assert.equal(report.medianHoldingBars, (held[(held.length - 1) >> 1] + held[held.length >> 1]) / 2);
});

test('later bars change no row whose label had ended', () => {
  const cut = 2_500;
  const [whole, part] = [candles, sliceCandles(candles, 0, cut)].map(
    bars => buildDataset(bars, core15).dataset,
  );
  const rows = part.bar.length;
  for (const [feature, column] of part.columns.entries())
    assert.deepEqual([...column], [...whole.columns[feature].subarray(0, rows)]);
  for (let row = 0; row < rows; row++) {
    if (whole.labelEnd[row] >= cut || part.label[row] === -1) continue;
    assert.equal(part.label[row], whole.label[row]);
    assert.equal(part.labelEnd[row], whole.labelEnd[row]);
  }
});

test('missing values are filled up to maxFillBars and counted', () => {
  const gap = { ...candles, volume: candles.volume.slice() };
  gap.volume.fill(0, 1_000, 1_025);
  const names = ['volume_ratio_20', 'roc_10'];
  const { dataset, report } = buildDataset(gap, recipeWith({ features: { names, maxFillBars: 2 } }));
  assert.deepEqual(report.filled, { volume_ratio_20: 2, roc_10: 0 });
  assert.deepEqual(report.missing, { volume_ratio_20: 4, roc_10: 0 });
  const volumeRatio = (bar: number) => dataset.columns[0][bar - 19];
  assert.equal(volumeRatio(1_020), 0);
  assert.ok(Number.isNaN(volumeRatio(1_021)));
});

test('a feature that is missing in the test block alone was not missing in training', () => {
  const gapAt = (bar: number) => {
    const gap = { ...candles, volume: candles.volume.slice() };
    gap.volume.fill(0, bar, bar + 40);
    const features = { names: ['volume_ratio_20', 'roc_10'], maxFillBars: 0 };
    return buildDataset(gap, recipeWith({ features })).report.missingInTraining;
  };
  assert.deepEqual(gapAt(500), ['volume_ratio_20']);
  assert.deepEqual(gapAt(candles.close.length - 100), []);
});

test('fewer bars than warm-up and horizon are refused with the number needed', () => {
  assert.throws(() => buildDataset(sliceCandles(candles, 0, 345), core15), {
    code: 'CANDLES_TOO_FEW',
    message: /about 845 bars .* there are 345/,
  });
  assert.throws(() => buildDataset(sliceCandles(candles, 0, 0), core15), { code: 'CANDLES_TOO_FEW' });
});

test('a test block smaller than the gate asks is refused', () => {
  assert.throws(() => buildDataset(candles, recipeWith({ gate: { minTestRows: 1_000 } })), {
    code: 'DATASET_TOO_SMALL',
    message: /test block has 594 .* at least 1000/,
  });
});

test('a block that purging leaves empty is refused', () => {
  const split = { train: 0.795, validation: 0.005, test: 0.2 };
  const labels = { kind: 'fixed-horizon', horizonBars: 24, thresholdLogReturn: 0.004 };
  assert.throws(() => buildDataset(candles, recipeWith({ split, labels })), {
    code: 'DATASET_TOO_SMALL',
    message: /validation block has 0/,
  });
});

test('a block of one class is refused', () => {
  assert.throws(() => buildDataset(candlesFromCloses(new Float64Array(2_000).fill(100)), recipeWith()), {
    code: 'DATASET_ONE_CLASS',
    message: /train block is labelled NO_TRADE/,
  });
});

test('an unknown feature is refused', () => {
  assert.throws(() => buildDataset(candles, recipeWith({ features: { names: ['rsi'] } })), {
    code: 'FEATURE_UNKNOWN',
  });
});

test('σ-reversion on seconds gives a dataset of two classes, and is refused on longer bars', () => {
  const { price_at_second_end } = golden<{ sigma_reversion: { price_at_second_end: PackedArray } }>(
    'labels.json',
  ).sigma_reversion;
  const seconds = candlesFromCloses(unpackFloat64(price_at_second_end));
  const recipe = recipeWith({
    task: 'approve2',
    labels: { kind: 'sigma-reversion' },
    split: { train: 0.4, validation: 0.3, test: 0.3, embargoBars: 0 },
    gate: { minTestRows: 50 },
  });
  const { dataset, report } = datasets.buildDataset(seconds, '1s', recipe, CATALOG, 1);
  assert.equal(dataset.target, undefined);
  assert.deepEqual(new Set(dataset.label), new Set([-1, 0, 1]));
  assert.equal(report.blocks.train.classes.length, 2);
  assert.throws(() => buildDataset(seconds, recipe), { code: 'RECIPE_INVALID', message: /bars of 1s/ });
});

test('a return that never varies is refused like a block of one class', () => {
  const recipe = recipeWith({ task: 'return', labels: { kind: 'forward-return', horizonBars: 6 } });
  assert.throws(() => buildDataset(candlesFromCloses(new Float64Array(2_000).fill(100)), recipe), {
    code: 'DATASET_ONE_CLASS',
  });
});

test('folds that purging leaves empty are refused', () => {
  const folds = { kind: 'combinatorial', groups: 30, testGroups: 2 };
  const split = { train: 0.6, validation: 0.2, test: 0.2, embargoBars: 3_000, folds };
  assert.throws(() => buildDataset(candles, recipeWith({ split })), {
    code: 'DATASET_TOO_SMALL',
    message: /block of fold 1 has no rows/,
  });
});

test('a feature may not be called like a column of labels', () => {
  const own = { ...CATALOG.definitions[0], name: 'weight', family: 'own' } as const;
  const recipe = recipeWith({ features: { names: ['weight'] } });
  assert.throws(() => datasets.buildDataset(candles, '1h', recipe, createCatalog([own]), 1), {
    code: 'RECIPE_INVALID',
    message: /may not be called "weight"/,
  });
});

test('missing and filled values are told of each block', () => {
  const gap = { ...candles, volume: candles.volume.slice() };
  gap.volume.fill(0, 1_000, 1_025);
  gap.volume.fill(0, candles.close.length - 100, candles.close.length - 70);
  const recipe = recipeWith({ features: { names: ['volume_ratio_20'], maxFillBars: 2 } });
  const [{ filled, missing }] = buildDataset(gap, recipe).details.features;
  assert.deepEqual(filled, { train: 2, validation: 0, test: 2 });
  assert.deepEqual(missing, { train: 4, validation: 0, test: 9 });
});

test('a feature without a value in any training row is refused by name', () => {
  const bars = goldenCandles();
  const silent = { ...bars, volume: new Float64Array(bars.volume.length) };
  assert.throws(
    () => buildDataset(silent, recipeWith({ features: { names: ['rsi_14', 'volume_ratio_20'] } })),
    {
      code: 'FEATURE_EMPTY',
      message: /^volume_ratio_20 has no value/,
    },
  );
});
