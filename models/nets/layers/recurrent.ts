import { uniformByInputs } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import * as node from '../primitives.ts';
import { sizeOf, Value } from '../value.ts';

interface Recurrent {
  readonly units: number;
  /** Whether the last step’s state is given, `[batch, units]`, or every step’s, `[steps, batch, units]`. */
  readonly last: boolean;
}

/**
 * A layer of LSTM over `[steps, batch, inputs]`. Weights `[inputs, 4 · units]` and `[units, 4 · units]`, gates in the order
 * input, forget, cell, output, two biases, as in PyTorch.
 */
export function lstm(net: NetBuilder, name: string, sequence: Value, { units, last }: Recurrent): Value {
  const { inputWeight, stateWeight, inputBias, stateBias } = weights(net, name, sequence, units, 4);
  if (net.purpose === 'export') {
    const [i, f, g, o] = [0, 1, 2, 3];
    return onnxLayer(net, 'LSTM', sequence, [inputWeight, stateWeight], [inputBias, stateBias], {
      units,
      last,
      order: [i, o, f, g],
    });
  }
  const projections = net.ops.linear(sequence, inputWeight, net.ops.add(inputBias, stateBias));
  return net.ops.lstm(projections, stateWeight, { last });
}

/**
 * A layer of GRU over `[steps, batch, inputs]`. Weights `[inputs, 3 · units]` and `[units, 3 · units]`, gates in the order
 * reset, update, new, two biases, as in PyTorch.
 */
export function gru(net: NetBuilder, name: string, sequence: Value, { units, last }: Recurrent): Value {
  const { inputWeight, stateWeight, inputBias, stateBias } = weights(net, name, sequence, units, 3);
  if (net.purpose === 'export') {
    const [r, z, n] = [0, 1, 2];
    return onnxLayer(net, 'GRU', sequence, [inputWeight, stateWeight], [inputBias, stateBias], {
      units,
      last,
      order: [z, r, n],
    });
  }
  const projections = net.ops.linear(sequence, inputWeight, inputBias);
  return net.ops.gru(projections, stateWeight, stateBias, { last });
}

function weights(net: NetBuilder, name: string, sequence: Value, units: number, gates: number) {
  const initial = uniformByInputs(units);
  const weight = (kind: string, dims: readonly number[]): Value =>
    net.parameter(`${name}.${kind}`, [...dims, gates * units], initial);
  return {
    inputWeight: weight('weight_ih', [sequence.dims[2]]),
    stateWeight: weight('weight_hh', [units]),
    inputBias: weight('bias_ih', []),
    stateBias: weight('bias_hh', []),
  };
}

interface OnnxLayer extends Recurrent {
  /** Where ONNX’s gates stand among ours. */
  readonly order: readonly number[];
}

/** ONNX’s own recurrent operator: weights `[1, gates · units, inputs]`, the input’s biases before the state’s. */
function onnxLayer(
  net: NetBuilder,
  opType: 'LSTM' | 'GRU',
  sequence: Value,
  matrices: readonly Value[],
  biases: readonly Value[],
  { units, last, order }: OnnxLayer,
): Value {
  const { graph } = net;
  const [steps, batch] = sequence.dims;
  const relaid = (value: Value): Value => {
    const gates = node.split(
      graph,
      value,
      -1,
      order.map(() => units),
    );
    return node.concat(
      graph,
      order.map(gate => gates[gate]),
      -1,
    );
  };
  const [w, r] = matrices.map(matrix => {
    const turned = node.transpose(graph, relaid(matrix), [1, 0]);
    return node.reshape(graph, turned, [1, ...turned.dims]);
  });
  const bias = node.concat(graph, biases.map(relaid), 0);
  const b = node.reshape(graph, bias, [1, sizeOf(bias.dims)]);
  const all = new Value(graph.fresh(opType), [steps, 1, batch, units]);
  const final = new Value(graph.fresh(opType), [1, batch, units]);
  graph.nodeOf(opType, [sequence, w, r, b], last ? [null, final] : [all], {
    hidden_size: units,
    ...(opType === 'GRU' && { linear_before_reset: 1 }),
  });
  return node.reshape(graph, last ? final : all, last ? [batch, units] : [steps, batch, units]);
}
