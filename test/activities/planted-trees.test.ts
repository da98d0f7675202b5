import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { Dataset } from '../../contracts/dataset.ts';
import { decideClasses } from '../../contracts/decision.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { scoreOutOfFold } from '../../evaluation/folds/score-out-of-fold.ts';
import { type PredictFold, walkForward } from '../../evaluation/folds/walk-forward.ts';
import { historyBeforeTest } from '../../evaluation/history.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { estimatorOf } from '../../models/estimators/index.ts';
import { seededRandom } from '../../statistics/random.ts';
import { walk } from '../evaluation/facts.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { recipeWith } from '../support/recipes.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const ROWS = 3_000;

/** LONG where both features have the same sign, else SHORT: a tree of two leaves can't say it, one of four can. */
function parityOfSigns(): Dataset {
  const random = seededRandom(5);
  const column = () => Float32Array.from({ length: ROWS }, () => random() / 2 ** 31 - 1);
  const columns = [column(), column()];
  const bar = Int32Array.from({ length: ROWS }, (_, row) => row);
  return {
    featureNames: ['a', 'b'],
    schemaHash: 'a'.repeat(64),
    columns,
    label: Int8Array.from(bar, row => (columns[0][row] * columns[1][row] > 0 ? 2 : 0)),
    bar,
    openTime: Float64Array.from(bar, row => row * 3_600_000),
    labelEnd: bar.map(row => row + 1),
    block: Int8Array.from(bar, row => (row < 0.8 * ROWS ? 0 : 2)),
  };
}

test('walk-forward scores tell trees that can learn a planted rule from trees that can’t', async t => {
  const home = await temporaryHome(t);
  const dataset = parityOfSigns();
  const history = historyBeforeTest(dataset, walk(ROWS), 20, null);
  const mccOf = async (leaves: number) => {
    const params = { rounds: 30, num_leaves: leaves, min_data_in_leaf: 20, learning_rate: 0.2 };
    const recipe = recipeWith({ train: { estimator: 'lightgbm', params } });
    const estimator = estimatorOf(recipe.train);
    const libraries = { lightgbm: lightgbmLibrary() };
    const predict: PredictFold = async (fold, number) => {
      const folder = join(home, `${leaves}-${number}`);
      await mkdir(folder);
      await estimator.fit({
        dataset: fold,
        task: 'direction3',
        classes: TASK_CLASSES.direction3,
        train: recipe.train,
        folder,
        workFolder: join(home, 'work'),
        libraries,
        signal: new AbortController().signal,
        onProgress: () => {},
      });
      const scores = await estimator.scores(folder, blockRows(fold, 'test', 1).windows, libraries);
      const probabilities = Float32Array.from(calibrate(scores, noCalibration(3)));
      return { probabilities, predicted: decideClasses('direction3', probabilities, { thresholds: null }) };
    };
    const spec = {
      kind: 'walk-forward',
      folds: 2,
      window: 'expanding',
      initial: 0.5,
      validation: 0.2,
    } as const;
    const record = await walkForward(history, recipe, spec, 2, predict);
    return scoreOutOfFold(record, history.candles, recipe, 'swap').metrics.mcc;
  };
  assert.ok(Math.abs(await mccOf(2)) < 0.15);
  assert.ok((await mccOf(4)) > 0.8);
});
