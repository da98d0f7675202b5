// Datasets: a usual one, built in memory with its report; and one of minutes over years, whose peak of memory counts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { sliceCandles } from '../contracts/candles.ts';
import { buildDataset } from '../datasets/dataset.ts';
import { writeSnapshot } from '../datasets/snapshot-file.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { recipeWith } from '../test/support/recipes.ts';
import { percentile, report, timeRuns } from './measure.ts';
import { randomWalk } from './random-walk.ts';
import { wideFeatures } from './wide-features.ts';

const USUAL = { bars: 35_000, features: 114 };
const LONG = { bars: 4_185_041, features: 93 };
const LIMIT_GIB = 4;

const candles = randomWalk(LONG.bars);
const names = wideFeatures(USUAL.features);
const recipe = recipeWith({
  features: { names },
  labels: { kind: 'triple-barrier', horizonBars: 24, upAtr: 2.5, downAtr: 2.5 },
});
const bars = sliceCandles(candles, 0, USUAL.bars);
const times = await timeRuns(9, 2, async () => buildDataset(bars, '15m', recipe, CATALOG, 1));
const seconds = percentile(times, 0.5) / 1_000;

const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
try {
  await writeSnapshot(candles, join(folder, 'candles.arrow'));
  const run = async (mode: string) => {
    const script = join(import.meta.dirname, 'dataset-process.ts');
    const { stdout } = await execa(process.execPath, [script, mode, folder, String(LONG.features)]);
    return JSON.parse(stdout) as { columns: number; seconds: number; peakGiB: number };
  };
  const built = await run('build');
  const fitted = await run('fit');
  const alone = { reference: null, reference_name: '', ratio: null };
  report('dataset', [
    {
      ...alone,
      work: `${USUAL.bars} bars × ${names.length} features: built with its report, p50`,
      ours: seconds,
      unit: 's',
      target: '< 1 s',
      holds: seconds < 1,
    },
    {
      ...alone,
      work: `${LONG.bars} bars × ${built.columns} features: peak memory while built and written`,
      ours: built.peakGiB,
      unit: 'GiB',
      target: `<= ${LIMIT_GIB} GiB`,
      holds: built.peakGiB <= LIMIT_GIB,
    },
    { ...alone, work: '… time', ours: built.seconds, unit: 's', target: 'shown', holds: null },
    {
      ...alone,
      work: '… peak memory of fitting LightGBM to it (2 rounds)',
      ours: fitted.peakGiB,
      unit: 'GiB',
      target: 'shown',
      holds: null,
    },
  ]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
