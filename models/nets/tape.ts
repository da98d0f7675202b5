import type { Graph } from './graph.ts';
import type { Operator } from './operator.ts';
import { add, reduce, reshape } from './primitives.ts';
import { invalidNet, showDims, type Value } from './value.ts';

interface Entry {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly backward: (gradient: Value) => (() => Value)[];
}

/**
 * Records operators as they are emitted, so that the gradients can be emitted after them (reverse-mode automatic
 * differentiation: Griewank and Walther, Evaluating Derivatives, 2008).
 */
export class Tape {
  readonly graph: Graph;
  readonly #entries: Entry[] = [];
  readonly #tracked = new Set<Value>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Gradients for `value`, and for what is made of it, can be asked. */
  track(value: Value): Value {
    this.#tracked.add(value);
    return value;
  }

  apply<Inputs extends readonly Value[], Attributes, Saved extends readonly Value[]>(
    operator: Operator<Inputs, Attributes, Saved>,
    inputs: Inputs,
    attributes: Attributes,
  ): Value {
    const learnt = inputs.map(input => this.#tracked.has(input));
    const isLearnt = learnt.includes(true);
    const [output, ...saved] = operator.forward(this.graph, inputs, attributes, isLearnt);
    // What changes nothing (a reshape to the same shape) hands its input on, and its gradient with it.
    if (inputs.includes(output) || !isLearnt) return output;
    this.#tracked.add(output);
    const call = { inputs, learnt, attributes, output, saved: saved as unknown as Saved };
    this.#entries.push({
      inputs,
      output,
      backward: gradient => operator.backward(this.graph, call, gradient),
    });
    return output;
  }

  /**
   * Emits the gradients of a scalar for tracked values.
   * @throws AlphaloomError TRAINING_FAILED if it is no scalar, or does not depend on one of them
   */
  gradients(loss: Value, of: readonly Value[]): Value[] {
    if (loss.dims.length > 0)
      throw invalidNet(`a loss is one number, got ${showDims(loss.dims)}`, { dims: loss.dims });
    const gradients = new Map<Value, Value>([[loss, this.graph.scalar(1)]]);
    for (const { inputs, output, backward } of this.#entries.toReversed()) {
      const gradient = gradients.get(output);
      if (!gradient) continue;
      const rules = backward(gradient);
      for (const [index, input] of inputs.entries()) {
        if (!this.#tracked.has(input)) continue;
        const part = this.#sumTo(rules[index](), input.dims);
        const known = gradients.get(input);
        gradients.set(input, known ? add(this.graph, known, part) : part);
      }
    }
    return of.map(value => {
      const gradient = gradients.get(value);
      if (gradient) return gradient;
      throw invalidNet(`the loss does not depend on ${value.name}`, { name: value.name });
    });
  }

  /** Undoes a broadcast: sums over what was repeated. */
  #sumTo(gradient: Value, dims: readonly number[]): Value {
    if (String(gradient.dims) === String(dims)) return gradient;
    const lead = gradient.dims.length - dims.length;
    const repeated = gradient.dims.flatMap((dim, axis) =>
      axis < lead || (dims[axis - lead] === 1 && dim !== 1) ? [axis] : [],
    );
    const summed =
      repeated.length > 0 ? reduce(this.graph, 'ReduceSum', gradient, repeated, false) : gradient;
    return reshape(this.graph, summed, dims);
  }
}
