import {
  ATTRIBUTE_TYPE,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../onnx/messages.ts';
import { float32Tensor, float32Values, int32Tensor, uint8Tensor } from '../onnx/tensor-values.ts';
import { type IntegerPlan, planIntegers } from './activations.ts';
import type { Range } from './calibration.ts';
import { storeInt8, storeWeights } from './stored-weights.ts';
import { asUint8, quantizeSymmetric, UINT8_ZERO } from './symmetric-int8.ts';
import { findWeights, isTransposed, type StoredWeight, type Weight } from './weights.ts';

/** QuantizeLinear and DequantizeLinear have an axis since then. */
export const STATIC_OPSET = 13;

const MAX_INT32 = 2 ** 31 - 1;

/** Activations ≈ scale · (q − zero), q from 0 to 255. */
interface Rounding {
  readonly scale: number;
  readonly zero: number;
}

/**
 * Convolutions and dense layers in integer arithmetic by ranges measured beforehand, written as pairs of QuantizeLinear and
 * DequantizeLinear that ONNX Runtime fuses; other layers have int8 weights. Weights are unsigned for the reason that
 * `int8Dynamic` gives. Null where no layer can be computed so.
 * @param ranges of the activations that `planIntegers(model)` asks for
 */
export function int8Static(model: ModelProto, ranges: ReadonlyMap<string, Range>): ModelProto | null {
  const plan = planIntegers(model);
  if (plan.layers.size === 0) return null;
  const graph = model.graph!;
  const roundings = new Map(
    [...plan.rounded].map(name => [name, roundingOf(ranges.get(plan.rangeOf(name))!)]),
  );
  const layers = new Map(
    [...plan.layers].map(([node, weight]) => [node, integerLayer(node, weight, roundings, graph)]),
  );
  const rounded = [...roundings].map(([name, rounding]) => [name, roundTrip(name, rounding)] as const);
  const replaced = new Set([...plan.layers].flatMap(([node, { tensor }]) => [tensor.name, biasOf(node)]));
  const kept = (graph.initializer ?? []).filter(({ name = '' }) => !replaced.has(name));
  const node = [
    ...nodesOf(
      rounded,
      (graph.input ?? []).map(({ name = '' }) => name),
    ),
    ...(graph.node ?? []).flatMap(node => [
      ...(layers.get(node)?.nodes ?? [readingRounded(node, plan)]),
      ...nodesOf(rounded, node.output ?? []),
    ]),
  ];
  const tensors = [...layers.values(), ...rounded.map(([, parts]) => parts)].flatMap(parts => parts.tensors);
  const quantized = { ...model, graph: { ...graph, initializer: [...kept, ...tensors], node } };
  return storeWeights(quantized, findWeights(quantized.graph), storeInt8) ?? quantized;
}

function roundingOf({ low, high }: Range): Rounding {
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zero: Math.round(-low / scale) };
}

/** A layer on rounded inputs, with weights and bias as integers: the bias in units of input scale · weight scale. */
function integerLayer(
  node: NodeProto,
  weight: Weight,
  roundings: ReadonlyMap<string, Rounding>,
  graph: GraphProto,
): StoredWeight {
  const { tensor } = weight;
  const { values, scales } = quantizeSymmetric(weight);
  const input = node.input![0];
  const outputAxis = node.opType === 'Conv' || isTransposed(node) ? 0 : 1;
  const zeros = new Uint8Array(scales.length).fill(UINT8_ZERO);
  const weightParts = dequantized(
    tensor.name,
    uint8Tensor(`${tensor.name}/uint8`, tensor.dims, asUint8(values)),
    scales,
    uint8Tensor(`${tensor.name}/zero`, [scales.length], zeros),
    outputAxis,
  );
  const biasName = biasOf(node);
  const bias = graph.initializer?.find(({ name }) => name === biasName);
  const biasParts = bias && integerBias(bias, scales, roundings.get(input)!.scale);
  const parts = biasParts ? [weightParts, biasParts] : [weightParts];
  return {
    tensors: parts.flatMap(({ tensors }) => tensors),
    nodes: [
      ...parts.flatMap(({ nodes }) => nodes),
      {
        ...node,
        input: [roundedName(input), roundedName(tensor.name), ...(bias ? [roundedName(biasName)] : [])],
      },
    ],
  };
}

function integerBias(bias: TensorProto, weightScales: Float32Array, inputScale: number): StoredWeight {
  const name = bias.name!;
  const values = float32Values(bias);
  const scales = weightScales.map(scale => scale * inputScale);
  const rounded = Int32Array.from(values, (value, at) =>
    Math.max(-MAX_INT32, Math.min(MAX_INT32, Math.round(value / scales[at]))),
  );
  return dequantized(
    name,
    int32Tensor(`${name}/int32`, [values.length], rounded),
    scales,
    int32Tensor(`${name}/zero`, [values.length], new Int32Array(values.length)),
    0,
  );
}

function dequantized(
  name: string,
  integers: TensorProto,
  scales: Float32Array,
  zeros: TensorProto,
  axis: number,
): StoredWeight {
  const scale = float32Tensor(`${name}/scale`, [scales.length], scales);
  return {
    tensors: [integers, scale, zeros],
    nodes: [
      {
        opType: 'DequantizeLinear',
        input: [integers.name!, scale.name!, zeros.name!],
        output: [roundedName(name)],
        attribute: [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: axis }],
      },
    ],
  };
}

/** To 8 bits and back. */
function roundTrip(name: string, { scale, zero }: Rounding): StoredWeight {
  const constants = [`${name}/scale`, `${name}/zero`];
  return {
    tensors: [
      float32Tensor(constants[0], [], Float32Array.of(scale)),
      uint8Tensor(constants[1], [], Uint8Array.of(zero)),
    ],
    nodes: [
      { opType: 'QuantizeLinear', input: [name, ...constants], output: [`${name}/uint8`] },
      { opType: 'DequantizeLinear', input: [`${name}/uint8`, ...constants], output: [roundedName(name)] },
    ],
  };
}

/** Other users of a layer's answer read it rounded too: nothing else is left of it. */
function readingRounded(node: NodeProto, { answers }: IntegerPlan): NodeProto {
  const input = node.input?.map(name => (answers.has(name) ? roundedName(name) : name));
  return { ...node, input };
}

function nodesOf(
  rounded: readonly (readonly [string, StoredWeight])[],
  names: readonly string[],
): NodeProto[] {
  return rounded.filter(([name]) => names.includes(name)).flatMap(([, { nodes }]) => nodes);
}

function biasOf({ input }: NodeProto): string {
  return input?.[2] ?? '';
}

function roundedName(name: string): string {
  return `${name}/rounded`;
}
