// One prediction, candles in memory, beside the bare ONNX Runtime call of the same model.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import { sliceCandles } from '../contracts/candles.ts';
import { seriesId } from '../contracts/series.ts';
import { composeRooms } from '../host/compose.ts';
import { loadConfig } from '../host/config.ts';
import { homeAt } from '../host/paths.ts';
import { DEFAULT_RECIPE } from '../host/recipes.ts';
import { readPackage } from '../inference/package.ts';
import { trainInProcess } from '../test/support/pipeline.ts';
import { percentile, report, timeRuns } from './measure.ts';

const home = homeAt(await mkdtemp(join(tmpdir(), 'alphaloom-bench-')));
const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
const rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
try {
  const candles = await readCandleFile(SAMPLE.path);
  await rooms.candles.append(SAMPLE.series, candles, { kind: SAMPLE.kind, source: 'sample' });
  const { registered } = await trainInProcess(rooms, SAMPLE.series, await rooms.loadRecipe(DEFAULT_RECIPE));
  const series = seriesId(SAMPLE.series);
  const version = await rooms.registry.get(series, registered.version);
  await rooms.registry.moveChampion({
    operationId: 'bench',
    series,
    from: null,
    to: version.version,
    kind: 'promote',
    actor: 'bench',
    reason: 'bench',
  });

  const { modelPath, meta } = await readPackage(rooms.artifacts, version);
  const session = await InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const window = new Tensor('float32', new Float32Array(meta.featureNames.length), [
    1,
    1,
    meta.featureNames.length,
  ]);

  // By turns, so that both see the same machine.
  const raw: number[] = [];
  const sameBar: number[] = [];
  const newBar: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    raw.push(...(await timeRuns(400, 100, () => session.run({ window }))));
    sameBar.push(...(await timeRuns(400, 100, () => rooms.predictor.predictOn(SAMPLE.series, candles))));
    const bars = candles.openTime.length;
    newBar.push(
      ...(await timeRuns(40, 5, run =>
        rooms.predictor.predictOn(SAMPLE.series, sliceCandles(candles, 0, bars - 100 + run)),
      )),
    );
  }
  const reference = percentile(raw, 0.5);
  const row = (work: string, times: readonly number[]) => {
    const ours = percentile(times, 0.5);
    return {
      work: `${work}, p50 (p99 ${percentile(times, 0.99).toFixed(3)})`,
      ours,
      reference,
      reference_name: 'session.run of onnxruntime-node',
      unit: 'ms',
      ratio: ours / reference,
      target: '<= 2 x and < 1 ms',
      holds: ours <= 2 * reference && ours < 1,
    };
  };
  report('predict', [
    row('one prediction, features of the bar known', sameBar),
    row('one prediction on a bar seen for the first time', newBar),
  ]);
  await session.release();
} finally {
  await rooms.close();
  await rm(home.root, { recursive: true, force: true });
}
