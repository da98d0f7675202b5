import type { ScoreGraph } from '../onnx/score-graph.ts';
import { Graph } from './graph.ts';
import type { Net, NetBuilder } from './net.ts';
import { operationsOn } from './operators/index.ts';
import { Tape } from './tape.ts';
import { ANY, invalidNet, type Value } from './value.ts';

/** The first whose reductions take their axes as an input. */
const OPSET = 18;

/**
 * Exports a trained net for batches of any size.
 * @param inputs dimensions per row of its inputs
 * @param state weights and running statistics by name, as `TrainingSession.state()` gives them; more may be in it
 * @throws AlphaloomError TRAINING_FAILED if a weight is missing or has another size
 */
export function exportScores(
  net: Net,
  inputs: Readonly<Record<string, readonly number[]>>,
  state: Readonly<Record<string, Float32Array>>,
): ScoreGraph {
  const graph = new Graph();
  const fed = Object.entries(inputs).map(([name, dims]) => [name, graph.input(name, [ANY, ...dims])]);
  const scores = net(new WeightBuilder(graph, state), Object.fromEntries(fed));
  const used = new Set(graph.nodes.flatMap(({ input }) => input));
  return {
    nodes: graph.nodes,
    // Weights that were laid out anew stand in the graph once.
    initializers: graph.initializers.filter(({ name }) => used.has(name)),
    scores: scores.name,
    opset: OPSET,
  };
}

/** Builds a net whose weights are part of its graph. */
class WeightBuilder implements NetBuilder {
  readonly graph: Graph;
  readonly ops: NetBuilder['ops'];
  readonly purpose = 'export';
  readonly #state: Readonly<Record<string, Float32Array>>;

  constructor(graph: Graph, state: Readonly<Record<string, Float32Array>>) {
    this.graph = graph;
    this.ops = operationsOn(new Tape(graph));
    this.#state = state;
  }

  parameter(name: string, dims: readonly number[]): Value {
    const values = this.#state[name];
    if (values) return this.graph.weight(name, dims, values);
    throw invalidNet(`the trained state has no ${name}`, { name });
  }

  running(name: string, dims: readonly number[]): Value {
    return this.parameter(name, dims);
  }

  update(): void {}

  numbersOf({ name }: Value): Float32Array {
    return this.#state[name];
  }

  mask(name: string): Value {
    throw invalidNet(`${name} is a dropout mask, which an exported net has none of`, { name });
  }
}
