import type { Graph } from './graph.ts';
import type { Value } from './value.ts';

/**
 * A differentiable operator: how it is computed, and beside it how a gradient goes back. `Saved` are tensors of the
 * forward pass that the backward one uses again.
 */
export interface Operator<
  Inputs extends readonly Value[],
  Attributes = undefined,
  Saved extends readonly Value[] = readonly [],
> {
  /** @param isLearnt whether a gradient may be asked; else nothing needs to be saved */
  forward(
    graph: Graph,
    inputs: Inputs,
    attributes: Attributes,
    isLearnt: boolean,
  ): readonly [output: Value, ...saved: Saved] | readonly [output: Value];
  /**
   * The loss's gradient for each input, from that for the output; only those that are needed are called. A gradient
   * with the shape of a broadcast is summed back to its input's by the caller.
   */
  backward(graph: Graph, call: OperatorCall<Inputs, Attributes, Saved>, gradient: Value): (() => Value)[];
}

/** What a backward rule sees of the forward pass. */
export interface OperatorCall<Inputs, Attributes, Saved> {
  readonly inputs: Inputs;
  /** Of which inputs the gradient is asked. */
  readonly learnt: readonly boolean[];
  readonly attributes: Attributes;
  readonly output: Value;
  readonly saved: Saved;
}

/** How an operator is called: its inputs, then its attributes if it has any. */
export type Callable<O> =
  O extends Operator<infer Inputs, infer Attributes, infer _Saved>
    ? (...args: Attributes extends undefined ? Inputs : [...Inputs, Attributes]) => Value
    : never;
