import { copyWindows, type WindowTable } from '../features/window.ts';
import { type ModelSession, openSession } from './onnx/session.ts';

/** One variant of a model, and whether it is the one that serves. */
export interface VariantReport {
  readonly variant: 'float';
  readonly bytes: number;
  /** Median of a run, ms: measured, so outside every hash. */
  readonly latencyMs1: number;
  readonly latencyMs34: number;
  /** Share of rows on which it chooses the same class as the float model. */
  readonly agreement: number;
  /** Largest difference of a probability to the float model's. */
  readonly maxProbabilityDifference: number;
  readonly chosen: boolean;
  readonly reason: string;
}

export interface QuantizeInput {
  /** The float model. */
  readonly model: Uint8Array;
  /** Rows to measure on. */
  readonly windows: WindowTable;
  /** For durations, ms. */
  readonly monotonicMs: () => number;
}

export interface QuantizeResult {
  /** Bytes of the chosen variant. */
  readonly model: Uint8Array;
  readonly variants: readonly VariantReport[];
}

const RUNS = { warmUp: 20, timed: 101 };

/**
 * Chooses the variant of a model that serves: the float one, its size and latency recorded.
 * @throws AlphaloomError MODEL_INVALID
 */
export async function quantizeModel({ model, windows, monotonicMs }: QuantizeInput): Promise<QuantizeResult> {
  const session = await openSession(model);
  try {
    const float: VariantReport = {
      variant: 'float',
      bytes: model.length,
      latencyMs1: await medianLatencyMs(session, windows, 1, monotonicMs),
      latencyMs34: await medianLatencyMs(session, windows, 34, monotonicMs),
      agreement: 1,
      maxProbabilityDifference: 0,
      chosen: true,
      reason: 'Nothing to quantize: trees compare and add, they have no weight matrices.',
    };
    return { model, variants: [float] };
  } finally {
    await session.dispose();
  }
}

/** Over windows taken in turn, so that no branch of the trees stays warm; they repeat where rows are few. */
async function medianLatencyMs(
  session: ModelSession,
  windows: WindowTable,
  batch: number,
  monotonicMs: () => number,
): Promise<number> {
  const rows = windows.ends.length;
  const width = windows.steps * windows.features;
  const input = new Float32Array(batch * width);
  const times: number[] = [];
  for (let run = 0; run < RUNS.warmUp + RUNS.timed; run += 1) {
    for (let at = 0; at < batch; at += 1) {
      const row = (run * batch + at) % rows;
      copyWindows(windows, row, row + 1, input.subarray(at * width));
    }
    const started = monotonicMs();
    await session.run(input, batch);
    if (run >= RUNS.warmUp) times.push(monotonicMs() - started);
  }
  return times.sort((a, b) => a - b)[RUNS.timed >> 1];
}
