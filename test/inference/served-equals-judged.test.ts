import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import { predictionSchema } from '../../contracts/prediction.ts';
import { seriesId } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { readDataset } from '../../datasets/dataset-file.ts';
import { readPackage } from '../../inference/package.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { openSession } from '../../models/onnx/session.ts';
import { move } from '../registry/fixtures.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

test('what is served at a bar is what was judged there, bit for bit', async t => {
  const rooms = await sampleRooms(t);
  const { dataset, registered } = await trainInProcess(
    rooms,
    SAMPLE.series,
    await rooms.loadRecipe('gbdt-core15'),
  );
  const id = seriesId(SAMPLE.series);
  await rooms.registry.moveChampion(move('promote', registered.version, { series: id }));

  const table = await readDataset((await rooms.artifacts.load(dataset.artifact)).path('dataset.arrow'));
  const judged = blockRows(table, 'test', 1);
  const { modelPath } = await readPackage(rooms.artifacts, await rooms.registry.get(id, registered.version));
  const session = await openSession(modelPath);
  t.after(() => session.dispose());
  const batch = await runRows(session, judged.windows);

  const { anchorTime } = await rooms.candles.describe(SAMPLE.series);
  const candles = await rooms.candles.read(SAMPLE.series, { from: anchorTime });
  const asked = Array.from({ length: 12 }, (_, i) => Math.round((i * (judged.rows - 1)) / 11));
  for (const row of asked) {
    const upToBar = sliceCandles(candles, 0, judged.bar[row] + 1);
    const prediction = await rooms.predictor.predictOn(SAMPLE.series, upToBar);
    predictionSchema.parse(prediction);
    assert.equal(Date.parse(prediction.bar_time), candles.openTime[judged.bar[row]]);
    assert.deepEqual(prediction.probabilities, {
      SHORT: batch[row * 3 + SHORT],
      NO_TRADE: batch[row * 3 + NO_TRADE],
      LONG: batch[row * 3 + LONG],
    });
  }

  await t.test('also at the store’s last bar, which has no label yet', async () => {
    const last = table.bar.length - 1;
    assert.equal(table.bar[last], candles.openTime.length - 1);
    const answer = await session.run(
      Float32Array.from(table.columns, column => column[last]),
      1,
    );
    const { probabilities } = await rooms.predictor.predict(SAMPLE.series);
    assert.deepEqual(probabilities, { SHORT: answer[SHORT], NO_TRADE: answer[NO_TRADE], LONG: answer[LONG] });
  });
});
