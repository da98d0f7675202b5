import { AlphaloomError } from '../contracts/errors.ts';
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
  /** Windows `[rows, steps, features]` to measure on. */
  readonly x: Float32Array;
  readonly rows: number;
  /** For durations, ms. */
  readonly monotonicMs: () => number;
}

export interface QuantizeResult {
  /** Bytes of the chosen variant. */
  readonly model: Uint8Array;
  readonly variants: readonly VariantReport[];
}

const TREE_OPERATORS = ['TreeEnsembleClassifier', 'TreeEnsembleRegressor'];
const RUNS = { warmUp: 20, timed: 101 };

/**
 * Chooses the variant of a model that serves. Trees have no weight matrices to shrink: the float model is passed on,
 * its size and latency recorded.
 * @throws AlphaloomError MODEL_INVALID, MODEL_UNSUPPORTED for models that are not trees
 */
export async function quantizeModel({ model, x, rows, monotonicMs }: QuantizeInput): Promise<QuantizeResult> {
  const session = await openSession(model);
  try {
    if (!session.info.operators.some(operator => TREE_OPERATORS.includes(operator))) {
      throw new AlphaloomError('MODEL_UNSUPPORTED', 'Only tree models can pass the quantize step.', {
        operators: session.info.operators,
      });
    }
    const float: VariantReport = {
      variant: 'float',
      bytes: model.length,
      latencyMs1: await medianLatencyMs(session, x, rows, 1, monotonicMs),
      latencyMs34: await medianLatencyMs(session, x, rows, 34, monotonicMs),
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

/** Over windows taken in turn, so that no branch of the trees stays warm; they repeat where `rows` are few. */
async function medianLatencyMs(
  session: ModelSession,
  x: Float32Array,
  rows: number,
  batch: number,
  monotonicMs: () => number,
): Promise<number> {
  const width = x.length / rows;
  const input = new Float32Array(batch * width);
  const times: number[] = [];
  for (let run = 0; run < RUNS.warmUp + RUNS.timed; run += 1) {
    for (let at = 0; at < batch; at += 1) {
      const row = (run * batch + at) % rows;
      input.set(x.subarray(row * width, (row + 1) * width), at * width);
    }
    const started = monotonicMs();
    await session.run(input, batch);
    if (run >= RUNS.warmUp) times.push(monotonicMs() - started);
  }
  return times.sort((a, b) => a - b)[RUNS.timed >> 1];
}
