import { type DecisionRule, decideClasses, decidedProbabilities } from '../../contracts/decision.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import type { Serving } from '../onnx/contract.ts';
import { runRows } from '../onnx/row-chunks.ts';
import type { ModelSession } from '../onnx/session.ts';

/** What is known of a variant as it would serve. Times are measured, so outside every hash. */
export interface VariantMeasures {
  readonly bytes: number;
  readonly serving: Serving;
  /** Fastest of a few. */
  readonly loadMs: number;
  /** Medians of a run. */
  readonly latencyMs1: number;
  readonly latencyMs34: number;
  /** The fastest run of one row: what load on the machine changes least. */
  readonly fastestMs1: number;
  /** Share of rows on which it decides as the float model does. */
  readonly agreement: number;
  /** Largest difference of a probability to the float model's. */
  readonly maxProbabilityDifference: number;
}

/** Opens a variant's bytes; its runs end when the step is cancelled. */
export type OpenSession = (model: Uint8Array) => Promise<ModelSession>;

/** What a float model answers, and how answers are decided. */
export interface Reference {
  readonly answers: Float32Array;
  readonly decision: DecisionRule;
}

/** Rows that a batch of every symbol of a usual fleet has. */
const FLEET = 34;
const BATCHES = 8;
const LOADS = 3;
const RUNS = { 1: { warmUp: 20, timed: 101 }, [FLEET]: { warmUp: 3, timed: 31 } };

/** Whether every row's answer has the same bits alone and among others. */
export async function keepsRowsApart(session: ModelSession, windows: WindowTable): Promise<boolean> {
  const width = windows.steps * windows.features;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const x = batchOf(windows, batch * FLEET, FLEET);
    const together = await session.run(x, FLEET);
    const outputs = together.length / FLEET;
    for (let row = 0; row < FLEET; row += 1) {
      const alone = await session.run(x.slice(row * width, (row + 1) * width), 1);
      if (alone.some((value, at) => !Object.is(value, together[row * outputs + at]))) return false;
    }
  }
  return true;
}

/** @param model the variant's bytes, as they would serve */
export async function measureVariant(
  model: Uint8Array,
  windows: WindowTable,
  reference: Reference,
  monotonicMs: () => number,
  open: OpenSession,
): Promise<VariantMeasures> {
  const loads: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const started = monotonicMs();
    const session = await open(model);
    loads.push(monotonicMs() - started);
    await session.dispose();
  }
  const session = await open(model);
  try {
    const one = await runTimes(session, windows, 1, monotonicMs);
    const fleet = await runTimes(session, windows, FLEET, monotonicMs);
    return {
      bytes: model.length,
      serving: session.info.serving,
      loadMs: Math.min(...loads),
      latencyMs1: one[one.length >> 1],
      latencyMs34: fleet[fleet.length >> 1],
      fastestMs1: one[0],
      ...compare(await runRows(session, windows), session, reference),
    };
  } finally {
    await session.dispose();
  }
}

function compare(
  answers: Float32Array,
  { info: { task } }: ModelSession,
  reference: Reference,
): Pick<VariantMeasures, 'agreement' | 'maxProbabilityDifference'> {
  const { decision } = reference;
  const [own, float] = [answers, reference.answers].map(given => decidedProbabilities(task, given, decision));
  let maxProbabilityDifference = 0;
  for (let at = 0; at < own.length; at += 1) {
    maxProbabilityDifference = Math.max(maxProbabilityDifference, Math.abs(own[at] - float[at]));
  }
  const expected = decideClasses(task, float, decision);
  const agreed = decideClasses(task, own, decision).filter((direction, row) => direction === expected[row]);
  return { agreement: agreed.length / expected.length, maxProbabilityDifference };
}

/** Ascending, ms; over windows taken in turn, so that no branch of trees stays warm. */
async function runTimes(
  session: ModelSession,
  windows: WindowTable,
  batch: 1 | typeof FLEET,
  monotonicMs: () => number,
): Promise<number[]> {
  const { warmUp, timed } = RUNS[batch];
  const times: number[] = [];
  for (let run = 0; run < warmUp + timed; run += 1) {
    const x = batchOf(windows, run * batch, batch);
    const started = monotonicMs();
    await session.run(x, batch);
    if (run >= warmUp) times.push(monotonicMs() - started);
  }
  return times.sort((a, b) => a - b);
}

/** Windows from `first` on; they repeat where they are few. */
function batchOf(windows: WindowTable, first: number, rows: number): Float32Array {
  const width = windows.steps * windows.features;
  const x = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const window = (first + row) % windows.ends.length;
    copyWindows(windows, window, window + 1, x.subarray(row * width));
  }
  return x;
}
