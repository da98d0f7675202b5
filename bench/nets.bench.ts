// Training steps beside PyTorch's, in processes of their own that work by turns, two threads each.
import { join } from 'node:path';
import type { BenchRow } from '../cli/dev.ts';
import { percentile, report } from './measure.ts';
import { BENCH_NETS, FEATURES, STEPS } from './net-designs.ts';
import { LineProcess } from './net-line-process.ts';
import { benchPython } from './python.ts';

const THREADS = 2;
const TURNS = 7;
const WARM_UP_STEPS = 5;
/** Of a turn, by batch: about half a second. */
const STEPS_PER_TURN: Readonly<Record<number, number>> = { 16: 25, 64: 12, 256: 4 };
const MAX_RATIO: Readonly<Record<number, number>> = { 16: 1, 64: 0.8, 256: 0.8 };
const MAX_LOADER_SHARE = 0.05;
const MIB = 2 ** 20;

interface Turn {
  readonly ms: readonly number[];
  readonly loaderMs?: readonly number[];
  readonly peakBytes: number;
}

interface Measured {
  readonly ms: number[];
  readonly loaderMs: number[];
  peakBytes: number;
}

const python = await benchPython(['torch']);
const rows: BenchRow[] = [];
for (const name of Object.keys(BENCH_NETS))
  for (const batch of Object.keys(STEPS_PER_TURN).map(Number)) rows.push(...(await besideTorch(name, batch)));
report('nets', rows);

async function besideTorch(name: string, batch: number): Promise<BenchRow[]> {
  const args = [name, String(batch), String(THREADS)];
  const here = (file: string): string => join(import.meta.dirname, file);
  const ours = new LineProcess(process.execPath, [here('net-process.ts'), ...args]);
  const torch = python ? new LineProcess(python, [here('net-reference.py'), ...args]) : null;
  const times = { ours: empty(), torch: empty() };
  await ours.ask(String(WARM_UP_STEPS));
  await torch?.ask(String(WARM_UP_STEPS));
  for (let turn = 0; turn < TURNS; turn++) {
    record(times.ours, await ours.ask<Turn>(String(STEPS_PER_TURN[batch])));
    if (torch) record(times.torch, await torch.ask<Turn>(String(STEPS_PER_TURN[batch])));
  }
  ours.close();
  torch?.close();
  return rowsOf(`${name}, batch ${batch} of [${STEPS}, ${FEATURES}]`, batch, times, torch !== null);
}

function rowsOf(
  work: string,
  batch: number,
  { ours, torch }: Record<'ours' | 'torch', Measured>,
  hasTorch: boolean,
): BenchRow[] {
  const stepMs = percentile(ours.ms, 0.5);
  const beside = (what: string, unit: string, value: number, other: number, limit: number): BenchRow => ({
    work: `${work}: ${what}`,
    ours: value,
    reference: hasTorch ? other : null,
    reference_name: hasTorch ? 'PyTorch' : 'PyTorch (not installed)',
    unit,
    ratio: hasTorch ? value / other : null,
    target: `ratio <= ${limit}`,
    holds: hasTorch ? value / other <= limit : null,
  });
  const loaderMs = percentile(ours.loaderMs, 0.5);
  return [
    beside(
      'training step',
      'ms',
      stepMs,
      hasTorch ? percentile(torch.ms, 0.5) : Number.NaN,
      MAX_RATIO[batch],
    ),
    beside('peak memory', 'MiB', ours.peakBytes / MIB, torch.peakBytes / MIB, 1),
    {
      work: `${work}: loading the rows beside the step`,
      ours: loaderMs,
      reference: stepMs,
      reference_name: 'the step',
      unit: 'ms',
      ratio: loaderMs / stepMs,
      target: `<= ${MAX_LOADER_SHARE}`,
      holds: loaderMs / stepMs <= MAX_LOADER_SHARE,
    },
  ];
}

function empty(): Measured {
  return { ms: [], loaderMs: [], peakBytes: 0 };
}

function record(measured: Measured, { ms, loaderMs, peakBytes }: Turn): void {
  measured.ms.push(...ms);
  measured.loaderMs.push(...(loaderMs ?? []));
  measured.peakBytes = peakBytes;
}
