import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AlphaloomError } from '../../contracts/errors.ts';
import { RandomStream } from './random-stream.ts';
import {
  type CompiledGraph,
  type FedTensor,
  factorName,
  type StateTensor,
  type TrainingGraph,
} from './training-graph.ts';

/** Rows of a batch by the names of their tensors, row-major. */
export type Batch = Readonly<Record<string, Float32Array | Int32Array>>;

export interface StepResult {
  /** False if the loss or the gradient was not finite: the state is then what it was. */
  readonly isApplied: boolean;
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** What the loss watches beside. */
  readonly monitors: Readonly<Record<string, number>>;
}

/** All that a training needs to go on: what a checkpoint holds. */
export interface TrainingState {
  /** Steps that were applied. */
  readonly steps: number;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/**
 * A training under way. A step blocks the thread that calls it: run it in a worker. The same graph, batches, rates and
 * number of threads give the same bytes.
 */
export class TrainingSession {
  readonly #graph: TrainingGraph;
  readonly #step: InferenceSession;
  readonly #evaluation: InferenceSession;
  readonly #masks: readonly RandomStream[];
  readonly #maskTensors: Readonly<Record<string, Tensor>>;
  readonly #results: Readonly<Record<string, Tensor>>;
  readonly #scores: Tensor;
  /** The state, and the place of the next one: a step reads one and writes the other, then they change places. */
  #now: Readonly<Record<string, Tensor>>;
  #next: Readonly<Record<string, Tensor>>;
  #steps = 0;

  private constructor(graph: TrainingGraph, step: InferenceSession, evaluation: InferenceSession) {
    this.#graph = graph;
    this.#step = step;
    this.#evaluation = evaluation;
    this.#masks = graph.masks.map(({ name }) => new RandomStream(graph.seed, name));
    this.#maskTensors = Object.fromEntries(graph.masks.map(({ name, dims }) => [name, zeros(dims)]));
    this.#results = tensors(Object.values(graph.step.outputs).map(name => [name, zeros([])]));
    this.#scores = zeros([graph.evaluationBatch, graph.outputs]);
    this.#now = tensors(
      graph.state.map(({ name, dims, initial }) => [name, new Tensor('float32', initial.slice(), dims)]),
    );
    this.#next = tensors(graph.state.map(({ name, dims }) => [name, zeros(dims)]));
  }

  /**
   * @param threads of each operator; another number may give other last digits
   * @throws AlphaloomError TRAINING_FAILED if ONNX Runtime refuses the graph
   */
  static async open(graph: TrainingGraph, threads: number): Promise<TrainingSession> {
    const step = await load(graph.step, threads, true);
    return new TrainingSession(graph, step, await load(graph.evaluation, threads, false));
  }

  /** Steps that were applied. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * One step on a batch of exactly `batch` rows. Dropout masks follow from seed and `draw`, which should be another for each
   * step and the same when a step is made again after a restart.
   * @throws AlphaloomError SCHEMA_MISMATCH for a batch of another form
   */
  async step(batch: Batch, learningRate: number, draw: number): Promise<StepResult> {
    const { masks, optimizer, state } = this.#graph;
    for (const [index, { name, rate }] of masks.entries()) {
      this.#masks[index].mask(draw, rate, this.#maskTensors[name].data as Float32Array);
    }
    const numbers = optimizer.factorsAt(this.#steps + 1, learningRate);
    const factors = optimizer.factors.map((factor, at) => [factorName(factor), scalar(numbers[at])]);
    await this.#step.run(
      {
        ...feeds(this.#graph.step.inputs, batch),
        ...this.#maskTensors,
        ...Object.fromEntries(factors),
        ...this.#now,
      },
      { ...this.#results, ...tensors(state.map(({ name, next }) => [next, this.#next[name]])) },
    );
    const { loss, gradientNorm, ...monitors } = Object.fromEntries(
      Object.entries(this.#graph.step.outputs).map(([what, name]) => [
        what,
        Number(this.#results[name].data[0]),
      ]),
    );
    const isApplied = Number.isFinite(loss) && Number.isFinite(gradientNorm);
    if (isApplied) {
      [this.#now, this.#next] = [this.#next, this.#now];
      this.#steps += 1;
    }
    return { isApplied, loss, gradientNorm, monitors };
  }

  /**
   * Scores `[rows, outputs]` of any number of rows, without dropout and with the running statistics.
   * @throws AlphaloomError SCHEMA_MISMATCH for rows of another form
   */
  async evaluate(rows: Batch, count: number): Promise<Float32Array> {
    const { evaluation, evaluationBatch, outputs, state } = this.#graph;
    const scores = new Float32Array(count * outputs);
    const weights = tensors(
      state.filter(({ isEvaluated }) => isEvaluated).map(({ name }) => [name, this.#now[name]]),
    );
    for (let from = 0; from < count; from += evaluationBatch) {
      const part = feeds(evaluation.inputs, partOf(rows, evaluation.inputs, from, count));
      await this.#evaluation.run({ ...part, ...weights }, { [evaluation.outputs.scores]: this.#scores });
      const wanted = Math.min(evaluationBatch, count - from) * outputs;
      scores.set((this.#scores.data as Float32Array).subarray(0, wanted), from * outputs);
    }
    return scores;
  }

  /** A copy of the state. */
  state(): TrainingState {
    const copies = this.#graph.state.map(({ name }) => [
      name,
      (this.#now[name].data as Float32Array).slice(),
    ]);
    return { steps: this.#steps, tensors: Object.fromEntries(copies) };
  }

  /** @throws AlphaloomError ARTIFACT_CORRUPT if it is not a state of this graph; nothing has changed then */
  restore({ steps, tensors: saved }: TrainingState): void {
    for (const tensor of this.#graph.state) requireState(tensor, saved[tensor.name]);
    for (const { name } of this.#graph.state) (this.#now[name].data as Float32Array).set(saved[name]);
    this.#steps = steps;
  }

  async dispose(): Promise<void> {
    await this.#step.release();
    await this.#evaluation.release();
  }
}

/**
 * Second moments of small gradients are denormal, and a denormal costs a hundred cycles: training takes them as 0. ONNX Runtime
 * sets that for a thread with the first session that it makes, so evaluation does not ask for it: scores of a thread that only
 * evaluates may not depend on what else its process did.
 */
async function load(
  { bytes }: CompiledGraph,
  threads: number,
  denormalsAreZero: boolean,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
      ...(denormalsAreZero && { extra: { session: { set_denormal_as_zero: '1' } } }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AlphaloomError(
      'TRAINING_FAILED',
      `ONNX Runtime can’t load the net: ${reason}`,
      {},
      { cause: error },
    );
  }
}

function feeds(wanted: readonly FedTensor[], batch: Batch): Record<string, Tensor> {
  return tensors(
    wanted.map(({ name, dims, type }) => {
      const values = batch[name];
      const length = dims.reduce((product, dim) => product * dim, 1);
      const isOfType = type === 'float32' ? values instanceof Float32Array : values instanceof Int32Array;
      if (values?.length === length && isOfType) return [name, new Tensor(type, values as never, dims)];
      throw new AlphaloomError(
        'SCHEMA_MISMATCH',
        `The batch’s ${name} must be ${length} numbers (${type}), got ${values?.length ?? 'none'}.`,
        { name, expected: length, got: values?.length ?? null, type },
      );
    }),
  );
}

/** One evaluation batch of rows, filled up with zeros. */
function partOf(rows: Batch, inputs: readonly FedTensor[], from: number, count: number): Batch {
  const parts = inputs.map(({ name, dims: [batch, ...dims] }) => {
    const width = dims.reduce((product, dim) => product * dim, 1);
    const values = rows[name];
    if (values?.length !== count * width) {
      throw new AlphaloomError(
        'SCHEMA_MISMATCH',
        `${count} rows of ${name} are ${count * width} numbers, got ${values?.length ?? 'none'}.`,
        { name, expected: count * width, got: values?.length ?? null },
      );
    }
    if (from + batch <= count) return [name, values.subarray(from * width, (from + batch) * width)];
    const filled = new Float32Array(batch * width);
    filled.set(values.subarray(from * width));
    return [name, filled];
  });
  return Object.fromEntries(parts);
}

function requireState({ name, dims }: StateTensor, saved: Float32Array | undefined): void {
  const length = dims.reduce((product, dim) => product * dim, 1);
  if (saved?.length === length) return;
  throw new AlphaloomError(
    'ARTIFACT_CORRUPT',
    `A saved training state does not fit this net: ${name} must be ${length} numbers, got ${saved?.length ?? 'none'}.`,
    { name, expected: length, got: saved?.length ?? null },
  );
}

function tensors(entries: readonly (readonly unknown[])[]): Record<string, Tensor> {
  return Object.fromEntries(entries) as Record<string, Tensor>;
}

function scalar(value: number): Tensor {
  return new Tensor('float32', Float32Array.of(value), []);
}

function zeros(dims: readonly number[]): Tensor {
  return new Tensor('float32', new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims);
}
