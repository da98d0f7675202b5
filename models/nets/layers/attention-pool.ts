import { glorotUniform } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import * as node from '../primitives.ts';
import type { Value } from '../value.ts';
import { dense } from './dense.ts';

/**
 * A weighted mean over the steps of `[steps, batch, channels]` → `[batch, channels]`; the weights are a softmax over
 * v · tanh(W · step + b) (additive attention: Bahdanau, Cho and Bengio 2015, with a learnt query).
 */
export function attentionPool(net: NetBuilder, name: string, sequence: Value, units: number): Value {
  const { ops } = net;
  const hidden = ops.tanh(dense(net, `${name}.key`, sequence, { units, initial: glorotUniform }));
  const query = net.parameter(`${name}.query`, [units, 1], glorotUniform);
  const attention = ops.softmax(ops.matmul(hidden, query), { axis: 0 });
  if (net.purpose === 'export') return rowByRow(net, sequence, attention);
  return ops.sum(ops.multiply(sequence, attention), { axes: [0], keep: false });
}

/** The same sum as one product per row: ONNX Runtime orders a sum over the first axis by the size of the batch. */
function rowByRow({ graph }: NetBuilder, sequence: Value, attention: Value): Value {
  const [, batch, channels] = sequence.dims;
  const weights = node.transpose(graph, attention, [1, 2, 0]);
  const rows = node.transpose(graph, sequence, [1, 0, 2]);
  const means = graph.node('MatMul', [weights, rows], [batch, 1, channels]);
  return node.reshape(graph, means, [batch, channels]);
}
