import { ATTRIBUTE_TYPE, DATA_TYPE, type ModelProto, type NodeProto } from '../onnx/messages.ts';
import { float16Tensor, float32Tensor, int8Tensor } from '../onnx/tensor-values.ts';
import { quantizeSymmetric } from './symmetric-int8.ts';
import { findWeights, type StoredWeight, type Weight } from './weights.ts';

/** The largest number that float16 holds. */
const MAX_FLOAT16 = 65_504;

/**
 * Weights as float16, cast back to float32: ONNX Runtime folds the cast once, while it loads. A weight with a value
 * beyond float16's range stays float32. Null where there is nothing to make smaller.
 */
export function float16Weights(model: ModelProto): ModelProto | null {
  const weights = findWeights(model.graph!).filter(({ values }) =>
    values.every(value => Math.abs(value) <= MAX_FLOAT16),
  );
  return storeWeights(model, weights, ({ tensor: { name, dims }, values }) => ({
    tensors: [float16Tensor(`${name}/float16`, dims, values)],
    nodes: [castToFloat32(`${name}/float16`, name)],
  }));
}

/**
 * Weights as int8 with a scale per output channel (of LSTM and GRU: per gate row), given back by cast and multiplication:
 * unlike DequantizeLinear, which ONNX Runtime keeps for its integer kernels, these it folds once, while it loads.
 */
export function int8Weights(model: ModelProto): ModelProto | null {
  return storeWeights(model, findWeights(model.graph!), storeInt8);
}

/** As `int8Weights`, of the weights given. */
export function storeInt8(weight: Weight): StoredWeight {
  const { name, dims } = weight.tensor;
  const { values, scales } = quantizeSymmetric(weight);
  const scaleDims = dims.map((size, axis) => (weight.summedAxes.includes(axis) ? 1 : size));
  const [int8, scale, unscaled] = [`${name}/int8`, `${name}/scale`, `${name}/unscaled`];
  return {
    tensors: [int8Tensor(int8, dims, values), float32Tensor(scale, scaleDims, scales)],
    nodes: [castToFloat32(int8, unscaled), { opType: 'Mul', input: [unscaled, scale], output: [name] }],
  };
}

/** The model with these weights stored otherwise; null where there are none. */
export function storeWeights(
  model: ModelProto,
  weights: readonly Weight[],
  store: (weight: Weight) => StoredWeight,
): ModelProto | null {
  if (weights.length === 0) return null;
  const graph = model.graph!;
  const stored = new Map(weights.map(weight => [weight.tensor.name, store(weight)]));
  const initializer = (graph.initializer ?? []).flatMap(
    tensor => stored.get(tensor.name ?? '')?.tensors ?? [tensor],
  );
  const nodes = [...stored.values()].flatMap(weight => weight.nodes);
  return { ...model, graph: { ...graph, initializer, node: [...nodes, ...(graph.node ?? [])] } };
}

function castToFloat32(from: string, to: string): NodeProto {
  return {
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float32 }],
  };
}
