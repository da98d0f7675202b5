// Triple-barrier labels of 4,185,041 bars, beside the same loop compiled by numba and a vectorised numpy, in the same run.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { labelCandles } from '../datasets/labels/index.ts';
import type { Labels } from '../datasets/labels/labels.ts';
import { report, timeRuns } from './measure.ts';
import { benchPython } from './python.ts';
import { randomWalk } from './random-walk.ts';

const BARS = 4_185_041;
const CASES = [
  { horizon: 24, multiple: 1 },
  { horizon: 24, multiple: 2.5 },
  { horizon: 24, multiple: 20 },
  { horizon: 500, multiple: 2.5 },
  { horizon: 500, multiple: 60 },
];

interface Reference {
  readonly numba: number;
  /** Only where the horizon is short: it takes a vector step per bar of it. */
  readonly numpy?: number;
  /** Sums that ours must equal. */
  readonly labels: number;
  readonly ends: number;
}

const candles = randomWalk(BARS);
const python = await benchPython(['numpy', 'pandas', 'numba']);
const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
const rows = [];
try {
  for (const name of ['open', 'high', 'low', 'close'] as const)
    await writeFile(join(folder, `${name}.f64`), candles[name]);
  // By turns, so that both see the same machine.
  for (const { horizon, multiple } of CASES) {
    const spec = {
      kind: 'triple-barrier',
      horizonBars: horizon,
      upAtr: multiple,
      downAtr: multiple,
    } as const;
    let labels: Labels | undefined;
    const times = await timeRuns(3, 1, async () => {
      labels = labelCandles(candles, spec);
    });
    const ours = Math.min(...times) / 1_000;
    const reference = await askPython(horizon, multiple);
    const agrees =
      reference === null || (sum(labels!.label) === reference.labels && sum(labels!.end) === reference.ends);
    const work = `${BARS} bars, H ${horizon}, barriers at ${multiple} ATR${agrees ? '' : ': OTHER LABELS THAN THE REFERENCE'}`;
    const numba = reference ? 'numba' : 'numba (not installed)';
    rows.push(row(work, ours, reference?.numba ?? null, numba, agrees));
    if (reference?.numpy) rows.push(row(work, ours, reference.numpy, 'numpy and pandas', agrees));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
report('labels', rows);

function row(work: string, ours: number, reference: number | null, name: string, agrees: boolean) {
  const ratio = reference === null ? null : ours / reference;
  return {
    work,
    ours,
    reference,
    reference_name: name,
    unit: 's',
    ratio,
    target: '<= 2 x',
    holds: ratio === null ? null : agrees && ratio <= 2,
  };
}

/** Null where Python or its packages can't be had. */
async function askPython(horizon: number, multiple: number): Promise<Reference | null> {
  if (python === null) return null;
  const script = join(import.meta.dirname, 'label-reference.py');
  const { stdout } = await execa(python, [script, folder, String(horizon), String(multiple)], {
    stderr: 'inherit',
  });
  return JSON.parse(stdout);
}

function sum(values: Int8Array | Int32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
