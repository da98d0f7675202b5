import { DATA_TYPE } from '../onnx/messages.ts';
import type { Graph } from './graph.ts';
import type { NetBuilder } from './net.ts';
import * as node from './primitives.ts';
import { type ElementType, invalidNet, showDims, type Value } from './value.ts';

/** A loss that a net is trained for: what each row of a batch brings along, and the one number that is minimised. */
export interface Loss {
  /** Dimensions per row of the tensors that it takes beside the scores, by their names in a batch. */
  readonly inputs: Readonly<Record<string, BatchInput>>;
  build(net: NetBuilder, scores: Value, inputs: Readonly<Record<string, Value>>): BuiltLoss;
}

export interface BatchInput {
  /** `[]` is one value per row. */
  readonly dims: readonly number[];
  readonly type: Extract<ElementType, 'float32' | 'int32'>;
}

export interface BuiltLoss {
  readonly loss: Value;
  /** Further single numbers to watch. */
  readonly monitors: Readonly<Record<string, Value>>;
}

interface CrossEntropy {
  /** One per class. */
  readonly classWeights: readonly number[];
  /** The share of a row’s target that is spread over all classes (Szegedy et al. 2016); 0 for none. */
  readonly smoothing: number;
}

/**
 * Cross-entropy of class scores: rows count by `rowWeight` × the weight of their class, and the sum is divided by that of the
 * weights (PyTorch’s definition, smoothing included). A `label` below 0 leaves its row out.
 */
export function crossEntropy({ classWeights, smoothing }: CrossEntropy): Loss {
  return {
    inputs: LABELLED,
    build: ({ ops, graph }, scores, { label, rowWeight }) => {
      const { hot, row, perClass, weights } = labelled(graph, scores, label, rowWeight, classWeights);
      const sharp = node.scale(graph, node.multiply(graph, hot, perClass), 1 - smoothing);
      const spread = node.scale(graph, perClass, smoothing / classWeights.length);
      const target = node.multiply(graph, node.add(graph, sharp, spread), row);
      const losses = ops.multiply(ops.logSoftmax(scores, { axis: 1 }), target);
      const total = ops.sum(losses, { axes: [0, 1], keep: false });
      return { loss: ops.affine(ops.divide(total, weights), { factor: -1, shift: 0 }), monitors: {} };
    },
  };
}

interface Focal {
  readonly classWeights: readonly number[];
  /** How much less the rows count that are right already; at least 0, where 0 is cross-entropy. */
  readonly gamma: number;
}

/**
 * Focal loss −(1 − p)^γ · log p of the label’s probability (Lin et al. 2017), weighted and averaged as in `crossEntropy`.
 */
export function focal({ classWeights, gamma }: Focal): Loss {
  return {
    inputs: LABELLED,
    build: ({ ops, graph }, scores, { label, rowWeight }) => {
      const { hot, row, perClass, weights } = labelled(graph, scores, label, rowWeight, classWeights);
      const logs = ops.logSoftmax(scores, { axis: 1 });
      const log = ops.sum(ops.multiply(logs, hot), { axes: [1], keep: true });
      // Held off 0, where the slope of a power below 1 is infinite.
      const miss = ops.maximum(ops.affine(ops.exp(log), { factor: -1, shift: 1 }), graph.scalar(1e-7));
      const losses = ops.multiply(ops.power(miss, { exponent: gamma }), log);
      const byRow = node.multiply(graph, row, ofClass(graph, hot, perClass));
      const total = ops.sum(ops.multiply(losses, byRow), { axes: [0, 1], keep: false });
      return { loss: ops.affine(ops.divide(total, weights), { factor: -1, shift: 0 }), monitors: {} };
    },
  };
}

/** Squared error of the first score, averaged by `rowWeight`. */
export function squaredError(): Loss {
  return {
    inputs: { target: { dims: [], type: 'float32' }, rowWeight: { dims: [], type: 'float32' } },
    build: ({ ops, graph }, scores, { target, rowWeight }) => {
      if (scores.dims[1] !== 1)
        throw invalidNet(`squared error needs one score per row, got ${showDims(scores.dims)}`);
      const error = ops.subtract(ops.reshape(scores, { dims: target.dims }), target);
      const weighted = ops.multiply(ops.multiply(error, error), rowWeight);
      const weights = atLeastTiny(graph, node.reduce(graph, 'ReduceSum', rowWeight, [0], false));
      return {
        loss: ops.divide(ops.sum(weighted, { axes: [0], keep: false }), weights),
        monitors: {},
      };
    },
  };
}

const LABELLED = {
  label: { dims: [], type: 'int32' },
  rowWeight: { dims: [], type: 'float32' },
} as const;

interface Labelled {
  /** `[batch, classes]`: 1 at the label; only zeros where it is below 0. */
  readonly hot: Value;
  /** `[batch, 1]`: the row’s weight, 0 where there is no label. */
  readonly row: Value;
  /** `[classes]` */
  readonly perClass: Value;
  /** One number: the sum of the rows’ weights × their classes’. */
  readonly weights: Value;
}

function labelled(
  graph: Graph,
  scores: Value,
  label: Value,
  rowWeight: Value,
  classWeights: readonly number[],
): Labelled {
  const classes = classWeights.length;
  if (scores.dims[1] !== classes) {
    throw invalidNet(`${classes} class weights don’t fit scores ${showDims(scores.dims)}`, { classes });
  }
  const hot = oneHot(graph, label, classes);
  const perClass = graph.constant(classWeights, [classes]);
  const isLabelled = node.reduce(graph, 'ReduceMax', hot, [1], true);
  const row = node.multiply(graph, node.reshape(graph, rowWeight, [...rowWeight.dims, 1]), isLabelled);
  const weights = node.multiply(graph, row, ofClass(graph, hot, perClass));
  return {
    hot,
    row,
    perClass,
    weights: atLeastTiny(graph, node.reduce(graph, 'ReduceSum', weights, [0, 1], false)),
  };
}

/** Class numbers `[batch]` as `[batch, classes]` float32: 1 at the number, else 0. */
export function oneHot(graph: Graph, label: Value, classes: number): Value {
  const column = graph.node(
    'Reshape',
    [label, graph.integers([label.dims[0], 1])],
    [label.dims[0], 1],
    {},
    label.type,
  );
  const wide = graph.node('Cast', [column], column.dims, { to: DATA_TYPE.int64 }, 'int64');
  const numbers = graph.integers(
    Array.from({ length: classes }, (_, at) => at),
    [1, classes],
  );
  const dims = [label.dims[0], classes];
  const isClass = graph.node('Equal', [wide, numbers], dims, {}, 'bool');
  return graph.node('Cast', [isClass], dims, { to: DATA_TYPE.float32 });
}

/** `[batch, 1]`: the weight of each row’s class. */
function ofClass(graph: Graph, hot: Value, perClass: Value): Value {
  return node.reduce(graph, 'ReduceSum', node.multiply(graph, hot, perClass), [1], true);
}

/** A batch without any weight has the loss 0, not a division by it. */
function atLeastTiny(graph: Graph, weights: Value): Value {
  return node.elementwise(graph, 'Max', weights, graph.scalar(1e-12));
}
