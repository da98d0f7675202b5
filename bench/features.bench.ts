// Features of 4,185,041 bars beside TA-Lib and pandas, taken by turns so that all see the same machine.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { execa } from 'execa';
import type { BenchRow } from '../cli/dev.ts';
import { sliceCandles } from '../contracts/candles.ts';
import { computeFeatures } from '../features/batch.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { FeatureFollower } from '../features/follower.ts';
import { FEATURE_SETS } from '../features/sets.ts';
import { FeatureReference } from './feature-reference.ts';
import { percentile, report } from './measure.ts';
import { benchPython } from './python.ts';
import { tiledBars } from './tiled-bars.ts';

const BARS = 4_185_041;
const TURNS = 5;
const MINUTE = 60_000;
const { core15, wide } = FEATURE_SETS;

const bars = await tiledBars(BARS);
const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
try {
  for (const [name, column] of Object.entries(bars)) await writeFile(join(folder, `${name}.f64`), column);
  // First, while this process is small: a child's peak of memory begins with what its parent held.
  const memory = await memoryOfWide();
  report('features', [
    ...(await besideReferences()),
    speedOfWide(),
    memory,
    await twoThreads(),
    linearity(),
    oneBar(),
  ]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Seconds that `count` bars of a set take, output included. */
function seconds(names: readonly string[], count = BARS): number {
  const part = sliceCandles(bars, 0, count);
  const definitions = names.map(CATALOG.find);
  const started = performance.now();
  computeFeatures(part, definitions, '1m', 'float32');
  return (performance.now() - started) / 1_000;
}

async function besideReferences(): Promise<BenchRow[]> {
  const python = await benchPython(['numpy', 'pandas', 'talib']);
  const reference = python === null ? null : new FeatureReference(python, folder);
  const times = { ours: [] as number[], talib: [] as number[], bare: [] as number[], pandas: [] as number[] };
  seconds(core15);
  for (let turn = 0; turn < TURNS; turn++) {
    times.ours.push(seconds(core15));
    if (!reference) continue;
    for (const way of ['talib', 'bare', 'pandas'] as const) times[way].push(await reference.seconds(way));
  }
  reference?.close();
  const ours = percentile(times.ours, 0.5);
  const beside = (
    way: 'talib' | 'bare' | 'pandas',
    name: string,
    target: string,
    atLeast: number,
  ): BenchRow => {
    const other = reference ? percentile(times[way], 0.5) : null;
    return {
      work: `core15 of ${BARS} bars, float32, one thread`,
      ours,
      reference: other,
      reference_name: reference ? name : `${name} (not installed)`,
      unit: 's',
      ratio: other === null ? null : ours / other,
      target,
      holds: other === null || atLeast === 0 ? null : other / ours >= atLeast && ours <= 0.4,
    };
  };
  return [
    beside('talib', 'TA-Lib, the same fifteen float32 columns', '<= 0.4 s, ratio <= 1 / 2.6', 2.6),
    beside('bare', 'TA-Lib’s own calls alone, in price', 'shown', 0),
    beside('pandas', 'pandas, the same fifteen float32 columns', 'shown', 0),
  ];
}

async function memoryOfWide(): Promise<BenchRow> {
  const script = join(import.meta.dirname, 'feature-process.ts');
  const { stdout } = await execa(process.execPath, [script, folder, 'wide'], { stderr: 'inherit' });
  const { inputsAndOutput, beyond } = JSON.parse(stdout) as { inputsAndOutput: number; beyond: number };
  const work = `wide of ${BARS} bars: memory beyond inputs and output`;
  return alone(work, beyond / inputsAndOutput, 'of both', 0.1);
}

function speedOfWide(): BenchRow {
  seconds(wide, BARS >> 2);
  const times = [1, 2, 3].map(() => (seconds(wide) * 1e9) / (BARS * wide.length));
  const work = `wide (${wide.length} features) of ${BARS} bars, float32, one thread`;
  return alone(work, percentile(times, 0.5), 'ns per value', 12);
}

/** Two threads with a series each, as when a fleet is trained, beside one thread with one. */
async function twoThreads(): Promise<BenchRow> {
  const part = sliceCandles(bars, 0, BARS >> 2);
  const workers = [0, 1].map(
    () =>
      new Worker(join(import.meta.dirname, 'feature-thread.ts'), {
        workerData: { bars: part, names: wide, barMs: MINUTE },
      }),
  );
  await Promise.all(workers.map(worker => once(worker, 'message')));
  const run = async (active: readonly Worker[]) => {
    const started = performance.now();
    await Promise.all(
      active.map(async worker => {
        const done = once(worker, 'message');
        worker.postMessage('go');
        await done;
      }),
    );
    return performance.now() - started;
  };
  await run(workers);
  const [one, two]: number[][] = [[], []];
  for (let turn = 0; turn < TURNS; turn++) {
    one.push(await run(workers.slice(turn % 2, (turn % 2) + 1)));
    two.push(await run(workers));
  }
  await Promise.all(workers.map(worker => worker.terminate()));
  const speed = (2 * percentile(one, 0.5)) / percentile(two, 0.5);
  return {
    work: `two series of ${BARS >> 2} bars in two threads, wide, beside one after the other`,
    ours: speed,
    reference: 1,
    reference_name: 'one thread',
    unit: '× as fast',
    ratio: speed,
    target: '>= 1.7',
    holds: speed >= 1.7,
  };
}

function linearity(): BenchRow {
  const shares = [4, 2, 1].map(part => Math.floor(BARS / part));
  const times = shares.map(() => [] as number[]);
  for (let turn = 0; turn < TURNS; turn++)
    for (const [index, count] of shares.entries()) times[index].push(seconds(core15, count) / count);
  const [quarter, half, whole] = times.map(list => percentile(list, 0.5));
  return {
    work: `core15 of 4 × as many bars, time per bar (of 2 ×: ${(half / quarter).toFixed(2)})`,
    ours: whole * 1e9,
    reference: quarter * 1e9,
    reference_name: `a quarter of the bars`,
    unit: 'ns per bar',
    ratio: whole / quarter,
    target: '<= 1.15',
    holds: whole / quarter <= 1.15,
  };
}

function oneBar(): BenchRow {
  const follower = new FeatureFollower(wide.map(CATALOG.find), MINUTE, 3, 1);
  follower.advance(sliceCandles(bars, 0, 10_000));
  const times: number[] = [];
  for (let t = 10_000; t < 20_000; t++) {
    const bar = sliceCandles(bars, t, t + 1);
    const started = performance.now();
    follower.advance(bar);
    follower.window();
    times.push((performance.now() - started) * 1_000);
  }
  const settled = times.slice(2_000);
  return alone(
    `one new bar of wide, p50 (p99 ${percentile(settled, 0.99).toFixed(0)})`,
    percentile(settled, 0.5),
    'µs',
    50,
  );
}

function alone(work: string, ours: number, unit: string, limit: number): BenchRow {
  return {
    work,
    ours,
    reference: limit,
    reference_name: 'the target',
    unit,
    ratio: ours / limit,
    target: `<= ${limit} ${unit}`,
    holds: ours <= limit,
  };
}
