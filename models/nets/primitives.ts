import type { Graph } from './graph.ts';
import { ANY, axisOf, invalidNet, showDims, sizeOf, Value } from './value.ts';

/** ONNX nodes with the shapes they have: what operators and their gradients are made of. */

export const add = (graph: Graph, a: Value, b: Value) => elementwise(graph, 'Add', a, b);
export const subtract = (graph: Graph, a: Value, b: Value) => elementwise(graph, 'Sub', a, b);
export const multiply = (graph: Graph, a: Value, b: Value) => elementwise(graph, 'Mul', a, b);
export const divide = (graph: Graph, a: Value, b: Value) => elementwise(graph, 'Div', a, b);

/** Any of ONNX's operators on two tensors that broadcast. */
export function elementwise(graph: Graph, opType: string, a: Value, b: Value): Value {
  return graph.node(opType, [a, b], broadcastDims(a.dims, b.dims));
}

/** An operator that keeps the shape. */
export function unary(graph: Graph, opType: string, a: Value, attributes = {}): Value {
  return graph.node(opType, [a], a.dims, attributes);
}

/** `a` · factor */
export function scale(graph: Graph, a: Value, factor: number): Value {
  return factor === 1 ? a : multiply(graph, a, graph.scalar(factor));
}

/** The last two axes of `a` times a matrix `[k, n]`. */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  if (b.dims.length !== 2 || a.dims.at(-1) !== b.dims[0]) {
    throw invalidNet(`${showDims(a.dims)} and ${showDims(b.dims)} are no factors of a matrix product`, {
      left: a.dims,
      right: b.dims,
    });
  }
  return graph.node('MatMul', [a, b], [...a.dims.slice(0, -1), b.dims[1]]);
}

/** `a` · `b` + `c` for matrices, either transposed on the way. */
export function gemm(
  graph: Graph,
  a: Value,
  b: Value,
  c: Value | null,
  { transA = 0, transB = 0 }: { transA?: 0 | 1; transB?: 0 | 1 } = {},
): Value {
  const dims = [a.dims[transA], b.dims[1 - transB]];
  if (a.dims[1 - transA] !== b.dims[transB]) {
    throw invalidNet(`${showDims(a.dims)} and ${showDims(b.dims)} are no factors of a matrix product`, {
      left: a.dims,
      right: b.dims,
    });
  }
  return graph.node('Gemm', c ? [a, b, c] : [a, b], dims, {
    ...(transA && { transA }),
    ...(transB && { transB }),
  });
}

/**
 * The sum over all rows of each row of `a` times each of `b`: `[…, m]`, `[…, n]` → `[m, n]`, the gradient of a matrix. `a` is
 * turned as three axes: as two, ONNX Runtime would make the turn a part of the product, whose packing then takes half as
 * long again.
 */
export function outerSum(graph: Graph, a: Value, b: Value): Value {
  const rows = rowsOf(graph, a);
  const [count, columns] = rows.dims;
  const lead = a.dims.length > 2 ? a.dims[0] : 1;
  const turned = transpose(graph, reshape(graph, rows, [lead, count / lead, columns]), [2, 0, 1]);
  return matmul(graph, reshape(graph, turned, [columns, count]), rowsOf(graph, b));
}

/** At most one of the dims may be ANY. */
export function reshape(graph: Graph, a: Value, dims: readonly number[]): Value {
  if (sizeOf(a.dims) !== sizeOf(dims)) {
    throw invalidNet(`${showDims(a.dims)} can’t be read as ${showDims(dims)}`, { from: a.dims, to: dims });
  }
  if (String(a.dims) === String(dims)) return a;
  return graph.node('Reshape', [a, graph.integers(dims)], dims);
}

/** `[…, c]` as a matrix `[rows, c]`. */
export function rowsOf(graph: Graph, a: Value): Value {
  return reshape(graph, a, [sizeOf(a.dims.slice(0, -1)), a.dims.at(-1)!]);
}

export function transpose(graph: Graph, a: Value, order: readonly number[]): Value {
  if (order.length !== a.dims.length) {
    throw invalidNet(`the axes of ${showDims(a.dims)} can’t be taken in the order ${order.join(', ')}`, {
      dims: a.dims,
      order,
    });
  }
  return graph.node(
    'Transpose',
    [a],
    order.map(axis => a.dims[axis]),
    { perm: order },
  );
}

export function concat(graph: Graph, parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0];
  const [first] = parts;
  const at = axisOf(axis, first.dims);
  const others = (dims: readonly number[]): string => showDims(dims.toSpliced(at, 1));
  for (const part of parts) {
    if (others(part.dims) === others(first.dims)) continue;
    throw invalidNet(`${showDims(first.dims)} and ${showDims(part.dims)} differ beside axis ${at}`, {
      axis: at,
    });
  }
  const joined = parts.reduce((sum, { dims }) => sum + dims[at], 0);
  return graph.node('Concat', parts, first.dims.with(at, joined), { axis: at });
}

/** Parts of the given lengths along an axis. */
export function split(graph: Graph, a: Value, axis: number, lengths: readonly number[]): Value[] {
  const at = axisOf(axis, a.dims);
  if (lengths.reduce((sum, length) => sum + length, 0) !== a.dims[at]) {
    throw invalidNet(`axis ${at} of ${showDims(a.dims)} can’t be split into ${lengths.join(' + ')}`, {
      lengths,
    });
  }
  const parts = lengths.map(length => new Value(graph.fresh('Split'), a.dims.with(at, length), a.type));
  return graph.nodeOf('Split', [a, graph.integers(lengths)], parts, { axis: at });
}

/** `from` inclusive to `to` exclusive, along an axis. */
export function slice(graph: Graph, a: Value, axis: number, from: number, to: number): Value {
  const at = axisOf(axis, a.dims);
  if (from < 0 || to > a.dims[at] || from >= to || a.dims[at] === ANY) {
    throw invalidNet(`${from} to ${to} is not a part of axis ${at} of ${showDims(a.dims)}`, { from, to });
  }
  const bounds = [graph.integers([from]), graph.integers([to]), graph.integers([at])];
  return graph.node('Slice', [a, ...bounds], a.dims.with(at, to - from), {}, a.type);
}

export type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax';

/** Reduces the given axes, which stay with length 1 where `keep`. */
export function reduce(
  graph: Graph,
  opType: Reduction,
  a: Value,
  axes: readonly number[],
  keep: boolean,
): Value {
  const at = axes.map(axis => axisOf(axis, a.dims));
  const kept = a.dims.map((dim, axis) => (at.includes(axis) ? 1 : dim));
  const dims = keep ? kept : kept.filter((_, axis) => !at.includes(axis));
  return graph.node(opType, [a, graph.integers(at)], dims, { keepdims: Number(keep) });
}

/** 1 where `a` is over 0, else 0, as float32: one pass, where a comparison and a cast would be two. */
export function isPositive(graph: Graph, a: Value): Value {
  return unary(graph, 'HardSigmoid', a, { alpha: { float: STEEP }, beta: { float: 0 } });
}

/** 1 where `a` is at least 0, else 0, as float32. */
export function isNotNegative(graph: Graph, a: Value): Value {
  return unary(graph, 'HardSigmoid', a, { alpha: { float: STEEP }, beta: { float: 1 } });
}

/** Times the smallest normal float32 it is over 1: the clipped slope of HardSigmoid is a step. */
const STEEP = 1e38;

/** @throws AlphaloomError TRAINING_FAILED where a dimension differs and neither is 1 */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw invalidNet(`${showDims(a)} and ${showDims(b)} don’t fit each other`, { left: a, right: b });
  });
}
