import { encodeModel } from '../onnx/schema.ts';
import { Graph } from './graph.ts';
import { InputBuilder, type Mask } from './input-builder.ts';
import type { BatchInput, Loss } from './losses.ts';
import type { Net } from './net.ts';
import { clipByNorm, gradientNorm, type Optimizer } from './optimizers.ts';
import { invalidNet, showDims, type Value } from './value.ts';

export interface TrainingSettings {
  /** Dimensions per row of the net’s inputs: `{ window: [60, 15] }`. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Rows per training step. */
  readonly batch: number;
  /** Rows per run of `evaluate`. */
  readonly evaluationBatch: number;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** The most that the norm of all gradients may be; null for no limit. */
  readonly clipNorm: number | null;
  /** A whole number from 0 to 2³² − 1, from which first weights and dropout masks follow. */
  readonly seed: number;
}

/** A net compiled for training. */
export interface TrainingGraph {
  /** One step: forward, loss, backward, clipping, update. */
  readonly step: CompiledGraph;
  /** Scores of `evaluationBatch` rows. */
  readonly evaluation: CompiledGraph;
  readonly batch: number;
  readonly evaluationBatch: number;
  /** Scores per row. */
  readonly outputs: number;
  readonly masks: readonly Mask[];
  /** Weights, then moments, then running statistics: all that a step changes. */
  readonly state: readonly StateTensor[];
  readonly optimizer: Optimizer;
  readonly seed: number;
}

export interface CompiledGraph {
  /** An ONNX model. */
  readonly bytes: Uint8Array;
  /** What is fed beside state, masks and factors; dimensions with the batch. */
  readonly inputs: readonly FedTensor[];
  /** Tensors by what they are: `loss`, `gradientNorm` and monitors, or `scores`. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface FedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: BatchInput['type'];
}

export interface StateTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly initial: Float32Array;
  /** The step’s output that replaces it. */
  readonly next: string;
  readonly isEvaluated: boolean;
}

export const factorName = (factor: string): string => `factor/${factor}`;

/**
 * Emits the graphs of a training. The same settings give the same bytes.
 * @throws AlphaloomError TRAINING_FAILED if shapes don’t fit, or the loss does not depend on a weight
 */
export function compileTraining(net: Net, settings: TrainingSettings): TrainingGraph {
  const { batch, evaluationBatch, loss, optimizer, clipNorm, seed } = settings;
  const builder = new InputBuilder(new Graph(), 'training', seed);
  const fed = feed(builder.graph, batch, { ...perRow(settings.inputs), ...loss.inputs });
  const scores = requireScores(net(builder, fed.values), batch);
  const built = loss.build(builder, scores, fed.values);
  const updated = update(builder, built.loss, optimizer, clipNorm);
  const evaluation = compileEvaluation(net, settings);
  const isEvaluated = (name: string): boolean => evaluation.state.has(name);
  const state = [
    ...updated.weights,
    ...updated.moments,
    ...[...builder.statistics].map(([name, { value, initial, next }]) => ({
      name,
      dims: value.dims,
      initial,
      next: builder.graph.output(next ?? value),
    })),
  ].map(tensor => ({ ...tensor, isEvaluated: isEvaluated(tensor.name) }));
  const outputs = { ...built.monitors, loss: built.loss, gradientNorm: updated.norm };
  return {
    step: compiled(builder.graph, fed.tensors, outputs),
    evaluation: evaluation.graph,
    batch,
    evaluationBatch,
    outputs: scores.dims[1],
    masks: builder.masks,
    state,
    optimizer,
    seed,
  };
}

type Updated = Omit<StateTensor, 'isEvaluated'>;

/** Emits gradients, clipping and the optimizer’s update of every weight. */
function update(
  { graph, tape, weights }: InputBuilder,
  loss: Value,
  optimizer: Optimizer,
  clipNorm: number | null,
): { weights: Updated[]; moments: Updated[]; norm: Value } {
  const values = [...weights.values()].map(({ value }) => value);
  const gradients = tape.gradients(loss, values);
  const norm = gradientNorm(graph, gradients);
  const clipped = clipNorm === null ? gradients : clipByNorm(graph, gradients, norm, clipNorm);
  const factors = optimizer.factors.map(factor => graph.input(factorName(factor), []));
  const updated: { weights: Updated[]; moments: Updated[] } = { weights: [], moments: [] };
  for (const [index, [name, { value, initial }]] of [...weights].entries()) {
    const { dims } = value;
    const names = optimizer.moments.map(moment => `${moment}/${name}`);
    const moments = names.map(moment => graph.input(moment, dims));
    const next = optimizer.update(graph, { weight: value, gradient: clipped[index], moments, factors });
    updated.weights.push({ name, dims, initial, next: graph.output(next.weight) });
    for (const [at, moment] of names.entries()) {
      const zeros = new Float32Array(initial.length);
      updated.moments.push({ name: moment, dims, initial: zeros, next: graph.output(next.moments[at]) });
    }
  }
  return { ...updated, norm };
}

function compileEvaluation(
  net: Net,
  { inputs, evaluationBatch, seed }: TrainingSettings,
): { graph: CompiledGraph; state: ReadonlySet<string> } {
  const builder = new InputBuilder(new Graph(), 'evaluation', seed);
  const fed = feed(builder.graph, evaluationBatch, perRow(inputs));
  const scores = requireScores(net(builder, fed.values), evaluationBatch);
  return {
    graph: compiled(builder.graph, fed.tensors, { scores }),
    state: new Set([...builder.weights.keys(), ...builder.statistics.keys()]),
  };
}

function perRow(inputs: TrainingSettings['inputs']): Record<string, BatchInput> {
  return Object.fromEntries(Object.entries(inputs).map(([name, dims]) => [name, { dims, type: 'float32' }]));
}

function feed(
  graph: Graph,
  batch: number,
  inputs: Readonly<Record<string, BatchInput>>,
): { tensors: FedTensor[]; values: Record<string, Value> } {
  const tensors = Object.entries(inputs).map(([name, { dims, type }]) => ({
    name,
    dims: [batch, ...dims],
    type,
  }));
  const values = tensors.map(({ name, dims, type }) => [name, graph.input(name, dims, type)]);
  return { tensors, values: Object.fromEntries(values) };
}

function requireScores(scores: Value, batch: number): Value {
  if (scores.dims.length === 2 && scores.dims[0] === batch) return scores;
  throw invalidNet(`its scores must be [${batch}, outputs], got ${showDims(scores.dims)}`, {
    got: scores.dims,
  });
}

function compiled(
  graph: Graph,
  inputs: readonly FedTensor[],
  values: Readonly<Record<string, Value>>,
): CompiledGraph {
  const outputs = Object.entries(values).map(([name, value]) => [name, graph.output(value)]);
  const bytes = encodeModel({
    irVersion: 9,
    producerName: 'alphaloom',
    opsetImport: [{ domain: '', version: 20 }],
    graph: graph.toProto('net', true),
  });
  return { bytes, inputs, outputs: Object.fromEntries(outputs) };
}
