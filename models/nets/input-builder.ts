import type { Graph } from './graph.ts';
import type { Initializer } from './initializers.ts';
import type { NetBuilder, Purpose } from './net.ts';
import { type Operations, operationsOn } from './operators/index.ts';
import { RandomStream } from './random-stream.ts';
import { Tape } from './tape.ts';
import { invalidNet, type Value } from './value.ts';

export interface Mask {
  readonly name: string;
  readonly dims: readonly number[];
  readonly rate: number;
}

/** A tensor of the net’s state: a weight, or a running statistic. */
export interface BuiltState {
  readonly value: Value;
  readonly initial: Float32Array;
  /** What it is after the step; of weights, that is for the optimizer to say. */
  next: Value | null;
}

/** Builds a net whose weights are inputs of its graph: for training and for evaluation. */
export class InputBuilder implements NetBuilder {
  readonly graph: Graph;
  readonly tape: Tape;
  readonly ops: Operations;
  readonly purpose: Purpose;
  readonly weights = new Map<string, BuiltState>();
  readonly statistics = new Map<string, BuiltState>();
  readonly masks: Mask[] = [];
  readonly #seed: number;

  constructor(graph: Graph, purpose: Purpose, seed: number) {
    this.graph = graph;
    this.tape = new Tape(graph);
    this.ops = operationsOn(this.tape);
    this.purpose = purpose;
    this.#seed = seed;
  }

  parameter(name: string, dims: readonly number[], initial: Initializer): Value {
    const value = this.graph.input(name, dims);
    if (this.purpose === 'training') this.tape.track(value);
    const random = new RandomStream(this.#seed, `weight/${name}`);
    this.weights.set(name, { value, initial: initial(dims, random), next: null });
    return value;
  }

  running(name: string, dims: readonly number[], initial: number): Value {
    const value = this.graph.input(name, dims);
    const size = dims.reduce((product, dim) => product * dim, 1);
    this.statistics.set(name, { value, initial: new Float32Array(size).fill(initial), next: null });
    return value;
  }

  update(name: string, next: Value): void {
    const state = this.statistics.get(name);
    if (!state) throw invalidNet(`${name} is no running tensor of it`, { name });
    state.next = next;
  }

  numbersOf({ name }: Value): Float32Array {
    throw invalidNet(`the numbers of ${name} are not fixed while it learns`, { name });
  }

  mask(name: string, dims: readonly number[], rate: number): Value {
    const value = this.graph.input(`mask/${name}`, dims);
    this.masks.push({ name: value.name, dims, rate });
    return value;
  }
}
