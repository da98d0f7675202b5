import type { Graph } from '../graph.ts';
import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { sizeOf, type Value } from '../value.ts';

/** Mean and population variance of each channel over everything else, and what is left without the mean. */
export interface BatchStatistics {
  /** `[rows, channels]` */
  readonly centred: Value;
  /** `[channels]` */
  readonly mean: Value;
  /** `[channels]` */
  readonly variance: Value;
}

export const EPSILON = 1e-5;

/** Of `[…, channels]`. */
export function batchStatistics(graph: Graph, x: Value): BatchStatistics {
  const rows = node.rowsOf(graph, x);
  const mean = node.reduce(graph, 'ReduceMean', rows, [0], false);
  const centred = node.subtract(graph, rows, mean);
  const squares = node.multiply(graph, centred, centred);
  return { centred, mean, variance: node.reduce(graph, 'ReduceMean', squares, [0], false) };
}

/**
 * Normalises each channel of `[…, channels]` over the batch, then scales and shifts it (Ioffe and Szegedy 2015). The
 * statistics are those of `x` itself, so the gradient goes through them too.
 */
export const batchNorm: Operator<
  readonly [x: Value, gain: Value, bias: Value],
  { readonly statistics: BatchStatistics },
  readonly [inverseDeviation: Value]
> = {
  forward: (graph, [x, gain, bias], { statistics: { centred, variance } }) => {
    const inverseDeviation = inverseRoot(graph, variance);
    const scaled = node.multiply(graph, centred, node.multiply(graph, gain, inverseDeviation));
    return [node.reshape(graph, node.add(graph, scaled, bias), x.dims), inverseDeviation];
  },
  backward: (graph, { inputs: [x, gain], attributes, saved: [inverseDeviation] }, gradient) => {
    const { centred } = attributes.statistics;
    const count = sizeOf(x.dims.slice(0, -1));
    const rows = node.rowsOf(graph, gradient);
    const sum = node.reduce(graph, 'ReduceSum', rows, [0], false);
    const product = node.multiply(graph, rows, centred);
    const along = node.multiply(
      graph,
      node.reduce(graph, 'ReduceSum', product, [0], false),
      inverseDeviation,
    );
    return [
      () => {
        const meanAlong = node.scale(graph, node.multiply(graph, along, inverseDeviation), 1 / count);
        const explained = node.multiply(graph, centred, meanAlong);
        const left = node.subtract(
          graph,
          rows,
          node.add(graph, explained, node.scale(graph, sum, 1 / count)),
        );
        const slope = node.multiply(graph, gain, inverseDeviation);
        return node.reshape(graph, node.multiply(graph, left, slope), x.dims);
      },
      () => along,
      () => sum,
    ];
  },
};

/** Normalises every row of `[…, channels]` over its channels, then scales and shifts it (Ba, Kiros and Hinton 2016). */
export const layerNorm: Operator<
  readonly [x: Value, gain: Value, bias: Value],
  undefined,
  readonly [normal: Value, inverseDeviation: Value]
> = {
  forward: (graph, [x, gain, bias]) => {
    const centred = node.subtract(graph, x, node.reduce(graph, 'ReduceMean', x, [-1], true));
    const variance = node.reduce(graph, 'ReduceMean', node.multiply(graph, centred, centred), [-1], true);
    const inverseDeviation = inverseRoot(graph, variance);
    const normal = node.multiply(graph, centred, inverseDeviation);
    return [node.add(graph, node.multiply(graph, normal, gain), bias), normal, inverseDeviation];
  },
  backward: (graph, { inputs: [, gain], saved: [normal, inverseDeviation] }, gradient) => [
    () => {
      const inner = node.multiply(graph, gradient, gain);
      const mean = node.reduce(graph, 'ReduceMean', inner, [-1], true);
      const along = node.reduce(graph, 'ReduceMean', node.multiply(graph, inner, normal), [-1], true);
      const explained = node.add(graph, node.multiply(graph, normal, along), mean);
      return node.multiply(graph, node.subtract(graph, inner, explained), inverseDeviation);
    },
    () => node.multiply(graph, gradient, normal),
    () => gradient,
  ],
};

/** 1 / √(variance + ε) */
export function inverseRoot(graph: Graph, variance: Value): Value {
  const deviation = node.unary(graph, 'Sqrt', node.add(graph, variance, graph.scalar(EPSILON)));
  return node.unary(graph, 'Reciprocal', deviation);
}
