import type { Graph } from '../graph.ts';
import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { axisOf, type Value } from '../value.ts';

type One = readonly [a: Value];
interface Axis {
  readonly axis: number;
}

/** The larger of `a` and 0, whose gradient at 0 is 0. */
export const relu: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Relu', a)],
  backward: (graph, { output }, gradient) => [
    () => node.multiply(graph, gradient, node.isPositive(graph, output)),
  ],
};

export const sigmoid: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Sigmoid', a)],
  backward: (graph, { output }, gradient) => [
    () => node.multiply(graph, gradient, sigmoidSlope(graph, output)),
  ],
};

export const tanh: Operator<One> = {
  forward: (graph, [a]) => [node.unary(graph, 'Tanh', a)],
  backward: (graph, { output }, gradient) => [() => node.multiply(graph, gradient, tanhSlope(graph, output))],
};

/** `a` · Φ(a), Φ the normal distribution function (Hendrycks and Gimpel 2016, the exact form). */
export const gelu: Operator<One, undefined, readonly [distribution: Value]> = {
  forward: (graph, [a]) => {
    const erf = node.unary(graph, 'Erf', node.scale(graph, a, Math.SQRT1_2));
    const distribution = node.scale(graph, node.add(graph, erf, graph.scalar(1)), 0.5);
    return [node.multiply(graph, a, distribution), distribution];
  },
  backward: (graph, { inputs: [a], saved: [distribution] }, gradient) => [
    () => {
      const power = node.scale(graph, node.multiply(graph, a, a), -0.5);
      const density = node.scale(graph, node.unary(graph, 'Exp', power), 1 / Math.sqrt(2 * Math.PI));
      const slope = node.add(graph, distribution, node.multiply(graph, a, density));
      return node.multiply(graph, gradient, slope);
    },
  ],
};

export const softmax: Operator<One, Axis> = {
  forward: (graph, [a], { axis }) => [node.unary(graph, 'Softmax', a, { axis: axisOf(axis, a.dims) })],
  backward: (graph, { output, attributes: { axis } }, gradient) => [
    () => {
      const weighted = node.multiply(graph, gradient, output);
      const total = node.reduce(graph, 'ReduceSum', weighted, [axis], true);
      return node.multiply(graph, output, node.subtract(graph, gradient, total));
    },
  ],
};

export const logSoftmax: Operator<One, Axis> = {
  forward: (graph, [a], { axis }) => [node.unary(graph, 'LogSoftmax', a, { axis: axisOf(axis, a.dims) })],
  backward: (graph, { output, attributes: { axis } }, gradient) => [
    () => {
      const total = node.reduce(graph, 'ReduceSum', gradient, [axis], true);
      const spread = node.multiply(graph, node.unary(graph, 'Exp', output), total);
      return node.subtract(graph, gradient, spread);
    },
  ],
};

/** σ′ from σ */
export function sigmoidSlope(graph: Graph, sigmoid: Value): Value {
  return node.subtract(graph, sigmoid, node.multiply(graph, sigmoid, sigmoid));
}

/** tanh′ from tanh */
export function tanhSlope(graph: Graph, tanh: Value): Value {
  return node.subtract(graph, graph.scalar(1), node.multiply(graph, tanh, tanh));
}
