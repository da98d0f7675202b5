import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AlphaloomError } from '../../contracts/errors.ts';
import { answerWidth } from '../../contracts/tasks.ts';
import { INPUT, outputName, PORTFOLIO_INPUT } from './contract.ts';
import { invalidModel } from './invalid-model.ts';
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

const DEFAULT_LIMITS: ModelLimits = { maxBytes: 256 * 2 ** 20 };

/** One thread: with more, sums are taken in another order, and rows differ between batch sizes. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  // Refusals come back as errors; ONNX Runtime would print them too.
  logSeverityLevel: 4,
};

/**
 * Opens a model after checking it against the contract; what runs are the very bytes that were checked.
 * @param source path of the file, or its bytes
 * @throws AlphaloomError MODEL_INVALID
 */
export async function openSession(
  source: string | Uint8Array,
  limits: ModelLimits = DEFAULT_LIMITS,
): Promise<ModelSession> {
  const bytes = typeof source === 'string' ? await readModelBytes(source, limits) : source;
  const info = checkModel(bytes, limits);
  const session = await load(bytes);
  const width = info.steps * info.featureNames.length;
  const output = outputName(info.task);
  const requireSound = info.task === 'return' ? requireReturns : requireProbabilities;
  return {
    info,
    async run(x, batch, portfolio) {
      requireLength(x, batch, width);
      const window = new Tensor('float32', x, [batch, info.steps, info.featureNames.length]);
      const feeds = { [INPUT]: window, ...portfolioFeed(info, batch, portfolio) };
      const answer = await session.run(feeds).catch(explainFailure);
      return requireSound(answer[output], batch, answerWidth(info.task));
    },
    dispose: () => session.release(),
  };
}

async function load(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, SESSION_OPTIONS);
  } catch (error) {
    throw invalidModel('load', `ONNX Runtime can’t load it: ${messageOf(error)}`, {}, error);
  }
}

function requireLength(x: Float32Array, batch: number, width: number): void {
  if (batch > 0 && x.length === batch * width) return;
  throw new AlphaloomError(
    'SCHEMA_MISMATCH',
    `${batch} rows for this model are ${batch * width} values (${width} per row), got ${x.length}.`,
    { batch, width, got: x.length },
  );
}

/** Empty for a model that sees the window alone. */
function portfolioFeed(
  { portfolio: names }: ModelInfo,
  batch: number,
  given: Float32Array | undefined,
): Record<string, Tensor> {
  const size = batch * (names?.length ?? 0);
  if (given && given.length !== size) {
    throw new AlphaloomError(
      'SCHEMA_MISMATCH',
      `The portfolio of ${batch} rows is ${size} values for this model (${names?.join(', ') ?? 'it takes none'}), got ${given.length}.`,
      { batch, portfolio: names ?? [], got: given.length },
    );
  }
  if (!names) return {};
  return { [PORTFOLIO_INPUT]: new Tensor('float32', given ?? new Float32Array(size), [batch, names.length]) };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
