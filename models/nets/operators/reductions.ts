import type { Graph } from '../graph.ts';
import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { axisOf, type Value } from '../value.ts';

type One = readonly [a: Value];
interface Axes {
  /** The axes that go; `keep` leaves them with length 1. */
  readonly axes: readonly number[];
  readonly keep: boolean;
}

export const sum: Operator<One, Axes> = {
  forward: (graph, [a], { axes, keep }) => [node.reduce(graph, 'ReduceSum', a, axes, keep)],
  backward: (graph, { inputs: [a], attributes: { axes } }, gradient) => [
    () => spread(graph, gradient, a.dims, axes),
  ],
};

export const mean: Operator<One, Axes> = {
  forward: (graph, [a], { axes, keep }) => [node.reduce(graph, 'ReduceMean', a, axes, keep)],
  backward: (graph, { inputs: [a], attributes: { axes } }, gradient) => [
    () => {
      const count = axes.reduce((product, axis) => product * a.dims[axisOf(axis, a.dims)], 1);
      return spread(graph, node.scale(graph, gradient, 1 / count), a.dims, axes);
    },
  ],
};

/** Repeats a reduced gradient along the axes that were reduced. */
function spread(graph: Graph, gradient: Value, dims: readonly number[], axes: readonly number[]): Value {
  const at = axes.map(axis => axisOf(axis, dims));
  const kept = dims.map((dim, axis) => (at.includes(axis) ? 1 : dim));
  const thin = node.reshape(graph, gradient, kept);
  return graph.node('Expand', [thin, graph.integers(dims)], dims);
}
