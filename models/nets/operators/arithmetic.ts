import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import type { Value } from '../value.ts';

type Two = readonly [a: Value, b: Value];
type One = readonly [a: Value];

export const add: Operator<Two> = {
  forward: (graph, [a, b]) => [node.add(graph, a, b)],
  backward: (_graph, _call, gradient) => [() => gradient, () => gradient],
};

export const subtract: Operator<Two> = {
  forward: (graph, [a, b]) => [node.subtract(graph, a, b)],
  backward: (graph, _call, gradient) => [() => gradient, () => node.scale(graph, gradient, -1)],
};

export const multiply: Operator<Two> = {
  forward: (graph, [a, b]) => [node.multiply(graph, a, b)],
  backward: (graph, { inputs: [a, b] }, gradient) => [
    () => node.multiply(graph, gradient, b),
    () => node.multiply(graph, gradient, a),
  ],
};

export const divide: Operator<Two> = {
  forward: (graph, [a, b]) => [node.divide(graph, a, b)],
  backward: (graph, { inputs: [, b], output }, gradient) => [
    () => node.divide(graph, gradient, b),
    () => node.scale(graph, node.multiply(graph, gradient, node.divide(graph, output, b)), -1),
  ],
};

/** The smaller of two; where they are equal, the gradient goes to the first. */
export const minimum: Operator<Two> = {
  forward: (graph, [a, b]) => [node.elementwise(graph, 'Min', a, b)],
  backward: (graph, { inputs: [a, b] }, gradient) => {
    const isFirst = node.isNotNegative(graph, node.subtract(graph, b, a));
    const first = node.multiply(graph, gradient, isFirst);
    return [() => first, () => node.subtract(graph, gradient, first)];
  },
};

/** The larger of two; where they are equal, the gradient goes to the first. */
export const maximum: Operator<Two> = {
  forward: (graph, [a, b]) => [node.elementwise(graph, 'Max', a, b)],
  backward: (graph, { inputs: [a, b] }, gradient) => {
    const isFirst = node.isNotNegative(graph, node.subtract(graph, a, b));
    const first = node.multiply(graph, gradient, isFirst);
    return [() => first, () => node.subtract(graph, gradient, first)];
  },
};

/** `a` · factor + shift */
export const affine: Operator<One, { readonly factor: number; readonly shift: number }> = {
  forward: (graph, [a], { factor, shift }) => {
    const scaled = node.scale(graph, a, factor);
    return [shift === 0 ? scaled : node.add(graph, scaled, graph.scalar(shift))];
  },
  backward: (graph, { attributes: { factor } }, gradient) => [() => node.scale(graph, gradient, factor)],
};

/** Holds `a` between two limits; at a limit the gradient still passes, beyond it none does. */
export const clip: Operator<One, { readonly min: number; readonly max: number }> = {
  forward: (graph, [a], { min, max }) => [
    graph.node('Clip', [a, graph.scalar(min), graph.scalar(max)], a.dims),
  ],
  backward: (graph, { inputs: [a], attributes: { min, max } }, gradient) => [
    () => {
      const aboveMin = node.isNotNegative(graph, node.subtract(graph, a, graph.scalar(min)));
      const belowMax = node.isNotNegative(graph, node.subtract(graph, graph.scalar(max), a));
      return node.multiply(graph, gradient, node.multiply(graph, aboveMin, belowMax));
    },
  ],
};

export const exp: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Exp', a)],
  backward: (graph, { output }, gradient) => [() => node.multiply(graph, gradient, output)],
};

/** Natural logarithm. */
export const log: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Log', a)],
  backward: (graph, { inputs: [a] }, gradient) => [() => node.divide(graph, gradient, a)],
};

export const sqrt: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Sqrt', a)],
  backward: (graph, { output }, gradient) => [
    () => node.scale(graph, node.divide(graph, gradient, output), 0.5),
  ],
};

/** `a`, which must be over 0, to a fixed exponent. */
export const power: Operator<One, { readonly exponent: number }> = {
  forward: (graph, [a], { exponent }) => [graph.node('Pow', [a, graph.scalar(exponent)], a.dims)],
  backward: (graph, { inputs: [a], attributes: { exponent } }, gradient) => [
    () => {
      const lower = graph.node('Pow', [a, graph.scalar(exponent - 1)], a.dims);
      return node.multiply(graph, gradient, node.scale(graph, lower, exponent));
    },
  ],
};
