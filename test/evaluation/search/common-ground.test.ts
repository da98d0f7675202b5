import assert from 'node:assert/strict';
import test from 'node:test';
import { trialRecipe } from '../../../contracts/trials.ts';
import { rowsOfBlock } from '../../../datasets/block-rows.ts';
import { buildDataset } from '../../../datasets/dataset.ts';
import { commonGround } from '../../../evaluation/search/common-ground.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import { walk } from '../facts.ts';
import { searchedRecipe } from './recipes.ts';

const candles = walk(1_500);
const recipe = searchedRecipe({
  kind: 'grid',
  space: { 'features.names': { choices: [['roc_10'], ['sma_200'], ['roc_10', 'rsi_14']] } },
});
const settings = [['roc_10'], ['sma_200'], ['roc_10', 'rsi_14']].map(names => ({ 'features.names': names }));

test('trials of other features meet on the bars that all have, before the earliest test block', () => {
  const datasets = settings.map(
    each => buildDataset(candles, '1h', trialRecipe(recipe, each), CATALOG, 1).dataset,
  );
  const starts = datasets.map(dataset => dataset.bar[rowsOfBlock(dataset, 'test')[0]]);
  const ground = commonGround(candles, recipe, settings, CATALOG);
  assert.deepEqual(ground, {
    fromBar: Math.max(...datasets.map(({ bar }) => bar[0])),
    beforeBar: Math.min(...starts),
    embargoBars: Math.max(...datasets.map(({ bar }) => bar[0])),
  });
});

test('trials of the same features need none', () => {
  assert.equal(commonGround(candles, recipe, [{ 'train.params.num_leaves': 3 }, {}], CATALOG), null);
});
