import { uniformByInputs } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import * as node from '../primitives.ts';
import { Value } from '../value.ts';

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
  const weights = weightsOf(net, name, sequence, units, 4);
  if (net.purpose === 'export') {
    const [i, f, g, o] = [0, 1, 2, 3];
    return onnxLayer(net, 'LSTM', name, sequence, weights, {
      units,
      last,
      order: [i, o, f, g],
    });
  }
  const { inputWeight, stateWeight, inputBias, stateBias } = weights;
  const weight = net.ops.concat(inputWeight, stateWeight, { axis: 0 });
  return net.ops.lstm(sequence, weight, net.ops.add(inputBias, stateBias), { last });
}

/**
 * A layer of GRU over `[steps, batch, inputs]`. Weights `[inputs, 3 · units]` and `[units, 3 · units]`, gates in the order
 * reset, update, new, two biases, as in PyTorch.
 */
export function gru(net: NetBuilder, name: string, sequence: Value, { units, last }: Recurrent): Value {
  const weights = weightsOf(net, name, sequence, units, 3);
  if (net.purpose === 'export') {
    const [r, z, n] = [0, 1, 2];
    return onnxLayer(net, 'GRU', name, sequence, weights, {
      units,
      last,
      order: [z, r, n],
    });
  }
  const { inputWeight, stateWeight, inputBias, stateBias } = weights;
  return net.ops.gru(sequence, inputWeight, stateWeight, inputBias, stateBias, { last });
}

type Weights = Record<'inputWeight' | 'stateWeight' | 'inputBias' | 'stateBias', Value>;

function weightsOf(net: NetBuilder, name: string, sequence: Value, units: number, gates: number): Weights {
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
  name: string,
  sequence: Value,
  { inputWeight, stateWeight, inputBias, stateBias }: Weights,
  { units, last, order }: OnnxLayer,
): Value {
  const { graph } = net;
  const [steps, batch] = sequence.dims;
  const matrix = (weight: Value): Value => {
    const [inputs] = weight.dims;
    const dims = [1, order.length * units, inputs];
    return graph.weight(`${weight.name}/onnx`, dims, relaid(net.numbersOf(weight), inputs, units, order));
  };
  const biases = new Float32Array(2 * order.length * units);
  biases.set(relaid(net.numbersOf(inputBias), 1, units, order));
  biases.set(relaid(net.numbersOf(stateBias), 1, units, order), order.length * units);
  const bias = graph.weight(`${name}.bias/onnx`, [1, biases.length], biases);
  const all = new Value(graph.fresh(opType), [steps, 1, batch, units]);
  const final = new Value(graph.fresh(opType), [1, batch, units]);
  const inputs = [sequence, matrix(inputWeight), matrix(stateWeight), bias];
  graph.nodeOf(opType, inputs, last ? [null, final] : [all], {
    hidden_size: units,
    ...(opType === 'GRU' && { linear_before_reset: 1 }),
  });
  return node.reshape(graph, last ? final : all, last ? [batch, units] : [steps, batch, units]);
}

/** `[inputs, gates · units]` as `[gates · units, inputs]`, with the gates in another order. */
function relaid(weight: Float32Array, inputs: number, units: number, order: readonly number[]): Float32Array {
  const columns = order.length * units;
  return Float32Array.from(weight, (_, at) => {
    const row = Math.floor(at / inputs);
    const gate = order[Math.floor(row / units)];
    return weight[(at % inputs) * columns + gate * units + (row % units)];
  });
}
