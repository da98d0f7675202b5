// Training steps in a process of its own: a line `steps` in, their milliseconds out. Arguments: net, batch, threads.
import { createInterface } from 'node:readline';
import { copyWindows, type WindowTable } from '../features/window.ts';
import { crossEntropy } from '../models/nets/losses.ts';
import { ADAM_DEFAULTS, adamW } from '../models/nets/optimizers.ts';
import { RandomStream } from '../models/nets/random-stream.ts';
import { compileTraining } from '../models/nets/training-graph.ts';
import { TrainingSession } from '../models/nets/training-session.ts';
import { BENCH_NETS, FEATURES, STEPS } from './net-designs.ts';

const ROWS = 35_000;
const WIDTH = STEPS * FEATURES;

const [name, batch, threads] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const graph = compileTraining(BENCH_NETS[name], {
  inputs: { window: [STEPS, FEATURES] },
  batch,
  evaluationBatch: 256,
  loss: crossEntropy({ classWeights: [1, 1, 1], smoothing: 0 }),
  optimizer: adamW({ ...ADAM_DEFAULTS, weightDecay: 0.01 }),
  clipNorm: 1,
  seed: 1,
});
const session = await TrainingSession.open(graph, threads);
const table = walk();
const order = new RandomStream(1, 'order').permutation(0, ROWS);
const window = new Float32Array(batch * WIDTH);
const label = Int32Array.from({ length: batch }, (_, row) => row % 3);
const rowWeight = new Float32Array(batch).fill(1);
let made = 0;

for await (const line of createInterface({ input: process.stdin })) {
  const ms: number[] = [];
  const loaderMs: number[] = [];
  for (let step = 0; step < Number(line); step++) {
    const started = performance.now();
    load();
    const loaded = performance.now();
    await session.step({ window, label, rowWeight }, 1e-4, made++);
    loaderMs.push(loaded - started);
    ms.push(performance.now() - loaded);
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ ms, loaderMs, peakBytes })}\n`);
}
await session.dispose();

/** A batch of windows, shuffled, from the table. */
function load(): void {
  for (let row = 0; row < batch; row++) {
    const at = order[(made * batch + row) % ROWS];
    copyWindows(table, at, at + 1, window.subarray(row * WIDTH, (row + 1) * WIDTH));
  }
}

function walk(): WindowTable {
  const rows = ROWS + STEPS - 1;
  const values = new Float32Array(new SharedArrayBuffer(4 * rows * FEATURES));
  new RandomStream(1, 'values').normal(0, values);
  const ends = Int32Array.from({ length: ROWS }, (_, at) => at + STEPS - 1);
  return { values, ends, steps: STEPS, features: FEATURES };
}
