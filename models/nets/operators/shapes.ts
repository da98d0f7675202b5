import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { axisOf, type Value } from '../value.ts';

type One = readonly [a: Value];

export const reshape: Operator<One, { readonly dims: readonly number[] }> = {
  forward: (graph, [a], { dims }) => [node.reshape(graph, a, dims)],
  backward: (graph, { inputs: [a] }, gradient) => [() => node.reshape(graph, gradient, a.dims)],
};

export const transpose: Operator<One, { readonly order: readonly number[] }> = {
  forward: (graph, [a], { order }) => [node.transpose(graph, a, order)],
  backward: (graph, { attributes: { order } }, gradient) => [
    () =>
      node.transpose(
        graph,
        gradient,
        order.map((_, axis) => order.indexOf(axis)),
      ),
  ],
};

export const concat: Operator<readonly Value[], { readonly axis: number }> = {
  forward: (graph, parts, { axis }) => [node.concat(graph, parts, axis)],
  backward: (graph, { inputs: parts, attributes: { axis } }, gradient) => {
    const at = axisOf(axis, gradient.dims);
    const gradients = node.split(
      graph,
      gradient,
      at,
      parts.map(part => part.dims[at]),
    );
    return gradients.map(part => () => part);
  },
};

interface Slice {
  readonly axis: number;
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export const slice: Operator<One, Slice> = {
  forward: (graph, [a], { axis, from, to }) => [node.slice(graph, a, axis, from, to)],
  backward: (graph, { inputs: [a], attributes: { axis, from, to } }, gradient) => [
    () => {
      const at = axisOf(axis, a.dims);
      const nothing = (length: number): Value[] => (length > 0 ? [graph.zeros(a.dims.with(at, length))] : []);
      return node.concat(graph, [...nothing(from), gradient, ...nothing(a.dims[at] - to)], at);
    },
  ],
};
