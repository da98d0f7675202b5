import { Tensor } from 'onnxruntime-node';
import { AlphaloomError } from '../../contracts/errors.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import { loadGraph, messageOf } from '../onnx/graph-session.ts';
import { encodeModel } from '../onnx/schema.ts';
import { trainingCancelled } from '../workers/worker-thread.ts';
import type { ForeignModel } from './foreign-model.ts';
import { featureOrder, LEAST_PROBABILITY } from './imported-graph.ts';

const ROWS_PER_RUN = 32;
/** How far a row of probabilities may be from a sum of 1. */
const SUM_TOLERANCE = 1e-3;

/**
 * Scores `[rows, outputs]` of the model as it was given, by its own graph: what the rewritten one is compared with.
 * @param featureNames of the windows, in their order
 * @throws AlphaloomError MODEL_INVALID (load), PREDICTION_INVALID
 */
export async function foreignScores(
  foreign: ForeignModel,
  featureNames: readonly string[],
  windows: WindowTable,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const order = featureOrder(foreign, featureNames);
  const outputs = foreign.answers === 'returns' ? 1 : foreign.columns.length;
  const scores = new Float64Array(windows.ends.length * outputs);
  const session = await loadGraph(encodeModel(foreign.model));
  const perRun = foreign.singleRow ? 1 : ROWS_PER_RUN;
  try {
    for (let from = 0; from < windows.ends.length; from += perRun) {
      if (signal?.aborted) throw trainingCancelled();
      const rows = Math.min(perRun, windows.ends.length - from);
      const x = new Tensor('float32', chosen(windows, from, rows, order), dimsOf(foreign, rows));
      const answer = await session.run({ [foreign.input]: x }).catch(explainFailure);
      const values = answer[foreign.output]?.data;
      if (!(values instanceof Float32Array) || values.length !== rows * outputs)
        throw unsound(`${rows} × ${outputs} float32 answers were expected, ${values?.length ?? 'no'} came`);
      scores.set(toScores(values, foreign), from * outputs);
    }
    return scores;
  } finally {
    await session.release();
  }
}

function dimsOf({ inputRank, steps, features }: ForeignModel, rows: number): number[] {
  return inputRank === 2 ? [rows, features] : [rows, steps, features];
}

function chosen(windows: WindowTable, from: number, rows: number, order: readonly number[]): Float32Array {
  const whole = new Float32Array(rows * windows.steps * windows.features);
  copyWindows(windows, from, from + rows, whole);
  const x = new Float32Array(rows * windows.steps * order.length);
  for (let at = 0; at < x.length; at += 1) {
    x[at] = whole[Math.floor(at / order.length) * windows.features + order[at % order.length]];
  }
  return x;
}

function toScores(values: Float32Array, { answers, columns }: ForeignModel): ArrayLike<number> {
  if (!values.every(Number.isFinite)) throw unsound('an answer is NaN or infinite');
  if (answers === 'returns') return values;
  const width = columns.length;
  if (answers === 'probabilities') requireProbabilities(values, width);
  return Float64Array.from(values, (_, at) => {
    const value = values[at - (at % width) + columns[at % width]];
    return answers === 'logits' ? value : Math.log(Math.max(value, LEAST_PROBABILITY));
  });
}

function requireProbabilities(values: Float32Array, width: number): void {
  for (let row = 0; row < values.length; row += width) {
    const own = values.subarray(row, row + width);
    const sum = own.reduce((total, value) => total + value, 0);
    if (own.every(value => value >= 0) && Math.abs(sum - 1) <= SUM_TOLERANCE) continue;
    throw unsound(
      `a row is ${[...own].map(value => value.toPrecision(3)).join(', ')}, which are no probabilities; if these are logits, say --logits`,
    );
  }
}

function explainFailure(error: unknown): never {
  throw unsound(messageOf(error), error);
}

function unsound(why: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError(
    'PREDICTION_INVALID',
    `The imported model does not answer as it should: ${why}.`,
    {},
    { cause },
  );
}
