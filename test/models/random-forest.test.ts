import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { findEstimator } from '../../models/estimators/index.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { testEstimator } from './estimator-contract.ts';
import { contractDataset, librariesOf } from './estimator-contract-data.ts';
import { CLASSES, trainWith } from './fixtures.ts';

testEstimator({
  estimator: 'random-forest',
  params: { trees: 20, min_data_in_leaf: 5 },
  long: { trees: 100 },
});

test('all trees are kept, whatever validation rows say of them', async t => {
  const folder = await temporaryHome(t);
  const forest = findEstimator('random-forest');
  const summary = await forest.fit({
    ...{ dataset: contractDataset('direction3', 600, 1), task: 'direction3', classes: CLASSES },
    ...{ train: trainWith({ trees: 12 }), folder, workFolder: `${folder}.work` },
    ...{ libraries: librariesOf(forest), signal: new AbortController().signal, onProgress: () => {} },
  });
  assert.deepEqual([summary.rounds, summary.bestRound], [12, 12]);
  const text = await readFile(join(folder, 'model.txt'), 'utf8');
  assert.equal(text.match(/^Tree=/gm)?.length, 3 * 12);
  assert.match(text, /^average_output$/m);
});

test('a bag of all rows, which would make the trees alike, is refused', () => {
  assert.throws(() => findEstimator('random-forest').parseParams({ bagging_fraction: 1 }), {
    code: 'RECIPE_INVALID',
    message: /train\.params\.bagging_fraction: .*<1 \(got 1\)/,
  });
});
