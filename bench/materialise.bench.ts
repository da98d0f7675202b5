// One new bar of 34 symbols × 4 timeframes: stored, its features computed and stored, all durable.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import { createCandleStore } from '../candles/store.ts';
import { type Candles, sliceCandles } from '../contracts/candles.ts';
import { type Series, TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { withMadeUpColumns } from '../features/audit/made-up-columns.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { FeatureEngine } from '../features/engine.ts';
import { FEATURE_SETS } from '../features/sets.ts';
import { createFeatureStore } from '../features/store/feature-store.ts';
import { createMaterialiser } from '../features/store/materialiser.ts';
import { percentile, report, timeRuns } from './measure.ts';

const SYMBOLS = 34;
const FRAMES: readonly Timeframe[] = ['15m', '1h', '4h', '1d'];
const HISTORY = 1_000;
const RUNS = 30;
const WARM_UP = 3;
const SET = 'wide' in FEATURE_SETS ? 'wide' : 'core15';

const candles = await readCandleFile(SAMPLE.path);
// A series by itself has no leader and no ticks.
const definitions = FEATURE_SETS[SET]
  .map(CATALOG.find)
  .filter(({ kernel }) =>
    kernel.inputs.every(
      input => input !== 'leaderClose' && !input.endsWith('Ticks') && !input.endsWith('Depth'),
    ),
  );
const root = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
const store = createCandleStore(root, { now: Date.now });
const features = createFeatureStore(root);
try {
  const wanted: Series[] = [];
  for (let symbol = 0; symbol < SYMBOLS; symbol++)
    for (const timeframe of FRAMES) wanted.push({ venue: 'binance', symbol: `C${symbol}USDT`, timeframe });
  for (const series of wanted)
    await store.append(series, barsAt(series, 0, HISTORY), { kind: 'spot', source: 'bench' });
  const materialiser = createMaterialiser(store, features);
  await materialiser.materialise(wanted, definitions);

  let rows = 0;
  const times = await timeRuns(RUNS, WARM_UP, async run => {
    const bar = HISTORY + WARM_UP + run;
    await store.appendRecent(wanted.map(series => ({ series, candles: barsAt(series, bar, bar + 1) })));
    for (const outcome of await materialiser.materialise(wanted, definitions)) {
      if (!outcome.ok || outcome.rows !== 1) throw new Error(`${outcome.series.symbol}: not one row`);
      rows++;
    }
  });
  const ours = percentile(times, 0.5);
  const engineUs = await oneBar();
  report('materialise', [
    {
      work: `one bar of ${wanted.length} series stored with ${definitions.length} features (${SET}), p50 (p99 ${percentile(times, 0.99).toFixed(0)})`,
      ours,
      reference: 200,
      reference_name: 'the target',
      unit: 'ms',
      ratio: ours / 200,
      target: '< 200 ms',
      holds: ours < 200 && rows === wanted.length * (RUNS + WARM_UP),
    },
    {
      work: `one bar of ${definitions.length} features (${SET}) in memory, p50`,
      ours: engineUs,
      reference: 50,
      reference_name: 'the target',
      unit: 'µs',
      ratio: engineUs / 50,
      target: '< 50 µs',
      holds: engineUs < 50,
    },
  ]);
} finally {
  await features.close();
  await store.close();
  await rm(root, { recursive: true, force: true });
}

/** The sample's prices at the series' own timeframe. */
function barsAt({ timeframe }: Series, from: number, to: number): Candles {
  const bars = sliceCandles(candles, from, to);
  const start = Date.UTC(2020, 0, 1);
  return { ...bars, openTime: bars.openTime.map((_, i) => start + (from + i) * TIMEFRAME_MS[timeframe]) };
}

/** Microseconds of one bar through all formulas. */
async function oneBar(): Promise<number> {
  const { bars } = withMadeUpColumns(candles, definitions, 1);
  const engine = new FeatureEngine(definitions, TIMEFRAME_MS['1h']);
  const out = definitions.map(() => new Float32Array(candles.close.length));
  const times: number[] = [];
  for (let bar = 0; bar < candles.close.length; bar++) {
    const one = sliceCandles(bars, bar, bar + 1);
    const started = performance.now();
    engine.advance(one, out, bar);
    times.push((performance.now() - started) * 1_000);
  }
  return percentile(times.slice(2_000), 0.5);
}
