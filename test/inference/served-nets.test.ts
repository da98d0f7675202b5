import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import { seriesId } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { readDataset } from '../../datasets/dataset-file.ts';
import { readPackage } from '../../inference/package.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { openSession } from '../../models/onnx/session.ts';
import { move } from '../registry/fixtures.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { recipeWith } from '../support/recipes.ts';
import { sampleRooms } from '../support/rooms.ts';

test('a net is trained, judged and served like any model: its answer at a bar is the judged one, bit for bit', async t => {
  const rooms = await sampleRooms(t);
  const train = { estimator: 'gru', params: { steps: 12, units: 4, epochs: 1, batch_size: 512 } };
  const recipe = recipeWith({ train });
  const { fit, dataset, registered } = await trainInProcess(rooms, SAMPLE.series, recipe);
  assert.match(fit.summary, /^best round 1 of 1, validation loss/);
  const id = seriesId(SAMPLE.series);
  await rooms.registry.moveChampion(move('promote', registered.version, { series: id }));

  const table = await readDataset((await rooms.artifacts.load(dataset.artifact)).path('dataset.arrow'));
  const judged = blockRows(table, 'test', 12);
  const { modelPath } = await readPackage(rooms.artifacts, await rooms.registry.get(id, registered.version));
  const session = await openSession(modelPath);
  t.after(() => session.dispose());
  const batch = await runRows(session, judged.windows);

  const { anchorTime } = await rooms.candles.describe(SAMPLE.series);
  const candles = await rooms.candles.read(SAMPLE.series, { from: anchorTime });
  for (const row of [0, 1, Math.floor(judged.rows / 2), judged.rows - 1]) {
    const upToBar = sliceCandles(candles, 0, judged.bar[row] + 1);
    const { probabilities } = await rooms.predictor.predictOn(SAMPLE.series, upToBar);
    assert.deepEqual(probabilities, {
      SHORT: batch[row * 3 + SHORT],
      NO_TRADE: batch[row * 3 + NO_TRADE],
      LONG: batch[row * 3 + LONG],
    });
  }
});
