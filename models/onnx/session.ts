import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { AlphaloomError } from '../../contracts/errors.ts';
import { answerWidth } from '../../contracts/tasks.ts';
import { trainingCancelled } from '../workers/worker-thread.ts';
import { INPUT, outputName, PORTFOLIO_INPUT } from './contract.ts';
import { loadGraph, messageOf } from './graph-session.ts';
import { checkModel, type ModelInfo, type ModelLimits, readModelBytes } from './reader.ts';

/** A loaded model. Each `run` is independent of the others; several may be under way. */
export interface ModelSession {
  readonly info: ModelInfo;
  /**
   * Probabilities `[batch, classes]`, or expected returns `[batch]`, of windows `[batch, steps, features]`: row-major, raw
   * feature values with NaN for missing. A row's answer does not depend on the rest of its batch. `x` must not change before the answer.
   * @param portfolio of a model that looks at the account too, its numbers `[batch, portfolio]`; a flat account unless given
   * @throws AlphaloomError SCHEMA_MISMATCH (length of `x` or `portfolio`), PREDICTION_INVALID
   */
  run(x: Float32Array, batch: number, portfolio?: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export const DEFAULT_LIMITS: ModelLimits = { maxBytes: 256 * 2 ** 20 };

/**
 * Opens a model after checking it against the contract; what runs are the very bytes that were checked.
 * @param source path of the file, or its bytes
 * @param signal once it has aborted, every run throws TRAINING_CANCELLED: for work that asks thousands of times
 * @throws AlphaloomError MODEL_INVALID
 */
export async function openSession(
  source: string | Uint8Array,
  limits: ModelLimits = DEFAULT_LIMITS,
  signal?: AbortSignal,
): Promise<ModelSession> {
  const bytes = typeof source === 'string' ? await readModelBytes(source, limits) : source;
  const info = checkModel(bytes, limits);
  const graph = await loadGraph(bytes);
  const width = info.steps * info.featureNames.length;
  const runBatch: Run = (x, batch, portfolio) => answer(graph, info, x, batch, portfolio);
  const runServed = info.serving === 'row-by-row' ? rowByRow(runBatch, width) : runBatch;
  return {
    info,
    async run(x, batch, portfolio) {
      if (signal?.aborted) throw trainingCancelled();
      requireLength(x, batch, width);
      return await runServed(x, batch, portfolioOf(info, batch, portfolio));
    },
    dispose: () => graph.release(),
  };
}

/** @param portfolio null for a model that sees the window alone */
type Run = (x: Float32Array, batch: number, portfolio: Float32Array | null) => Promise<Float32Array>;

async function answer(
  graph: InferenceSession,
  { steps, featureNames, task }: ModelInfo,
  x: Float32Array,
  batch: number,
  portfolio: Float32Array | null,
): Promise<Float32Array> {
  const feeds: Record<string, Tensor> = {
    [INPUT]: new Tensor('float32', x, [batch, steps, featureNames.length]),
  };
  if (portfolio) feeds[PORTFOLIO_INPUT] = new Tensor('float32', portfolio, [batch, portfolio.length / batch]);
  const answers = await graph.run(feeds).catch(explainFailure);
  const requireSound = task === 'return' ? requireReturns : requireProbabilities;
  return requireSound(answers[outputName(task)], batch, answerWidth(task));
}

/** For graphs that see more than one row in a batch, such as a scale that spans it. */
function rowByRow(run: Run, width: number): Run {
  return async (x, batch, portfolio) => {
    const answers: Float32Array[] = [];
    const rowOf = (values: Float32Array, size: number, row: number) =>
      values.subarray(row * size, (row + 1) * size);
    for (let row = 0; row < batch; row += 1) {
      const own = portfolio && rowOf(portfolio, portfolio.length / batch, row);
      answers.push(await run(rowOf(x, width, row), 1, own));
    }
    const outputs = answers[0].length;
    const all = new Float32Array(batch * outputs);
    for (const [row, values] of answers.entries()) all.set(values, row * outputs);
    return all;
  };
}

function requireLength(x: Float32Array, batch: number, width: number): void {
  if (batch > 0 && x.length === batch * width) return;
  throw new AlphaloomError(
    'SCHEMA_MISMATCH',
    `${batch} rows for this model are ${batch * width} values (${width} per row), got ${x.length}.`,
    { batch, width, got: x.length },
  );
}

/** A flat account unless one is given; null for a model that sees the window alone. */
function portfolioOf(
  { portfolio: names }: ModelInfo,
  batch: number,
  given: Float32Array | undefined,
): Float32Array | null {
  const size = batch * (names?.length ?? 0);
  if (given && given.length !== size) {
    throw new AlphaloomError(
      'SCHEMA_MISMATCH',
      `The portfolio of ${batch} rows is ${size} values for this model (${names?.join(', ') ?? 'it takes none'}), got ${given.length}.`,
      { batch, portfolio: names ?? [], got: given.length },
    );
  }
  return names ? (given ?? new Float32Array(size)) : null;
}

function explainFailure(error: unknown): never {
  throw new AlphaloomError(
    'PREDICTION_INVALID',
    `The model failed: ${messageOf(error)}.`,
    {},
    { cause: error },
  );
}

function requireProbabilities(answer: Tensor | undefined, batch: number, classes: number): Float32Array {
  const { data, dims } = answer ?? { data: null, dims: [] };
  if (data instanceof Float32Array && dims.length === 2 && dims[0] === batch && dims[1] === classes) {
    let sound = true;
    // Written so that NaN is unsound too.
    for (let at = 0; at < data.length; at += 1) sound &&= data[at] >= 0 && data[at] <= 1;
    if (sound) return data;
  }
  throw new AlphaloomError(
    'PREDICTION_INVALID',
    `The model answered with something other than probabilities [${batch}, ${classes}]: NaN, or another shape.`,
    { expected: [batch, classes], got: dims },
  );
}

function requireReturns(answer: Tensor | undefined, batch: number): Float32Array {
  const { data, dims } = answer ?? { data: null, dims: [] };
  if (data instanceof Float32Array && dims.length === 1 && dims[0] === batch && data.every(Number.isFinite))
    return data;
  throw new AlphaloomError(
    'PREDICTION_INVALID',
    `The model answered with something other than ${batch} expected returns: NaN, or another shape.`,
    { expected: [batch], got: dims },
  );
}
