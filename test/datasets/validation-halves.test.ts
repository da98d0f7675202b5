import assert from 'node:assert/strict';
import test from 'node:test';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { buildDataset } from '../../datasets/dataset.ts';
import { halveValidation } from '../../datasets/validation-halves.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { goldenCandles } from '../support/candles.ts';
import { recipeWith } from '../support/recipes.ts';

const { dataset, report } = buildDataset(goldenCandles(), '1h', recipeWith(), CATALOG, 1);

test('the earlier rows stop and the later decide; no label of the earlier reaches the later', () => {
  const { stopping, deciding } = halveValidation(dataset, report.embargoBars);
  const all = rowsOfBlock(dataset, 'validation');
  const earlier = rowsOfBlock(stopping, 'validation');
  assert.equal(deciding.length, Math.floor(all.length / 2));
  assert.ok(earlier.length > 0.9 * deciding.length);
  assert.ok(earlier.every(row => dataset.labelEnd[row] < dataset.bar[deciding[0]]));
  for (const block of ['train', 'test'] as const)
    assert.deepEqual(rowsOfBlock(stopping, block), rowsOfBlock(dataset, block));
});

test('a block too small for two halves stops and decides as a whole', () => {
  const block = dataset.block.slice();
  const rows = rowsOfBlock(dataset, 'validation');
  for (const row of rows.subarray(1)) block[row] = -1;
  const { stopping, deciding } = halveValidation({ ...dataset, block }, report.embargoBars);
  assert.deepEqual([...rowsOfBlock(stopping, 'validation')], [rows[0]]);
  assert.deepEqual([...deciding], [rows[0]]);
});

test('windows drop the rows that would begin in the warm-up, and widen the embargo', () => {
  const windows = buildDataset(goldenCandles(), '1h', recipeWith(), CATALOG, 60);
  assert.deepEqual([...windows.dataset.label.subarray(0, 59)], new Array(59).fill(-1));
  assert.ok(windows.dataset.label[59] >= 0);
  assert.equal(windows.report.embargoBars, report.warmUpBars + 59);
  assert.equal(windows.report.unlabelledRows, report.unlabelledRows + 59);
});
