import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import type { Value } from '../value.ts';

/** The last axis of `x` times a matrix: `[…, k]` · `[k, n]`. */
export const matmul: Operator<readonly [x: Value, weight: Value]> = {
  forward: (graph, [x, weight]) => [node.matmul(graph, x, weight)],
  backward: (graph, { inputs: [x, weight] }, gradient) => {
    const rows = node.rowsOf(graph, gradient);
    return [
      () => node.reshape(graph, node.gemm(graph, rows, weight, null, { transB: 1 }), x.dims),
      () => node.outerSum(graph, x, rows),
    ];
  },
};

/** `x` · weight + bias: `[…, k]` · `[k, n]` + `[n]`. */
export const linear: Operator<readonly [x: Value, weight: Value, bias: Value]> = {
  forward: (graph, [x, weight, bias]) => {
    const y = node.gemm(graph, node.rowsOf(graph, x), weight, bias);
    return [node.reshape(graph, y, x.dims.with(-1, weight.dims[1]))];
  },
  backward: (graph, { inputs: [x, weight] }, gradient) => {
    const rows = node.rowsOf(graph, gradient);
    return [
      () => node.reshape(graph, node.gemm(graph, rows, weight, null, { transB: 1 }), x.dims),
      () => node.outerSum(graph, x, rows),
      () => node.reduce(graph, 'ReduceSum', rows, [0], false),
    ];
  },
};
