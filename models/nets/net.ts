import type { Graph } from './graph.ts';
import type { Initializer } from './initializers.ts';
import type { Operations } from './operators/index.ts';
import type { Value } from './value.ts';

/**
 * A net, written once: from its inputs (`window` [batch, steps, features], and whatever else it was compiled with) to its
 * scores [batch, outputs]. The same function is used for training, evaluation and export.
 */
export type Net = (net: NetBuilder, inputs: Readonly<Record<string, Value>>) => Value;

/** Where layers get their weights, and what they must do otherwise when the net is trained, evaluated or exported. */
export interface NetBuilder {
  readonly graph: Graph;
  readonly ops: Operations;
  readonly purpose: Purpose;
  /** A weight that is learnt. Names are unique within a net; `initial` draws its first values. */
  parameter(name: string, dims: readonly number[], initial: Initializer): Value;
  /** A tensor that is kept from step to step but not learnt, with its first value everywhere. */
  running(name: string, dims: readonly number[], initial: number): Value;
  /** Says what a `running` tensor is after this step; of no effect outside training. */
  update(name: string, next: Value): void;
  /** The numbers of a weight or running tensor; known in export only. */
  numbersOf(value: Value): Float32Array;
  /** A dropout mask that is drawn anew for each step; asked in training only. */
  mask(name: string, dims: readonly number[], rate: number): Value;
}

/** `evaluation` runs the training’s own operators; `export` those of ONNX that serve best, on batches of any size. */
export type Purpose = 'training' | 'evaluation' | 'export';
