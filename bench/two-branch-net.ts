import { contractMetadata, contractSignature, type ModelContract } from '../models/onnx/contract.ts';
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from '../models/onnx/messages.ts';
import { float32Tensor, int64Tensor } from '../models/onnx/tensor-values.ts';

export const STEPS = 60;
export const FEATURES = 15;
const UNITS = 100;
const CHANNELS = [64, 128];
const DENSE = [256, 64];
const FLAT = (CHANNELS[1] * STEPS) / 4 + UNITS;

const contract: ModelContract = {
  featureNames: Array.from({ length: FEATURES }, (_, at) => `feature_${at}`),
  schemaHash: 'a'.repeat(64),
  steps: STEPS,
  task: 'direction3',
  classes: ['SHORT', 'NO_TRADE', 'LONG'],
  packageId: 'b'.repeat(64),
};

/**
 * The two-branch CNN-LSTM as it serves (batch normalisation folded into the convolutions), with weights drawn as an untrained
 * net's: size and speed do not depend on what it has learnt.
 * @param random uniform in [0, 1)
 */
export function twoBranchNet(random: () => number): ModelProto {
  const drawn = (name: string, dims: readonly number[], inputs: number): TensorProto => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    const bound = 1 / Math.sqrt(inputs);
    return float32Tensor(
      name,
      dims,
      Float32Array.from({ length: size }, () => bound * (2 * random() - 1)),
    );
  };
  const layer = (name: string, dims: readonly number[], inputs: number, outputs: number): TensorProto[] => [
    drawn(name, dims, inputs),
    drawn(`${name}_bias`, [outputs], inputs),
  ];
  const recurrent = (name: string, inputs: number): TensorProto[] => [
    drawn(`${name}_w`, [1, 4 * UNITS, inputs], UNITS),
    drawn(`${name}_r`, [1, 4 * UNITS, UNITS], UNITS),
    drawn(`${name}_bias`, [1, 8 * UNITS], UNITS),
  ];
  return {
    irVersion: 8,
    producerName: 'alphaloom',
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: contractMetadata(contract),
    graph: {
      name: 'two-branch',
      ...contractSignature(contract),
      initializer: [
        ...layer('conv1', [CHANNELS[0], FEATURES, 3], 3 * FEATURES, CHANNELS[0]),
        ...layer('conv2', [CHANNELS[1], CHANNELS[0], 3], 3 * CHANNELS[0], CHANNELS[1]),
        ...recurrent('lstm1', FEATURES),
        ...recurrent('lstm2', UNITS),
        ...layer('dense1', [FLAT, DENSE[0]], FLAT, DENSE[0]),
        ...layer('dense2', [DENSE[0], DENSE[1]], DENSE[0], DENSE[1]),
        ...layer('head', [DENSE[1], 3], DENSE[1], 3),
        int64Tensor('directions', [1]),
        int64Tensor('layers', [0]),
      ],
      node: [
        node('Transpose', ['window'], ['bars'], { perm: [0, 2, 1] }),
        ...convolution('conv1', 'bars', 'pooled1'),
        ...convolution('conv2', 'pooled1', 'pooled2'),
        node('Flatten', ['pooled2'], ['seen']),
        node('Transpose', ['window'], ['steps'], { perm: [1, 0, 2] }),
        node('LSTM', ['steps', 'lstm1_w', 'lstm1_r', 'lstm1_bias'], ['states'], { hidden_size: UNITS }),
        node('Squeeze', ['states', 'directions'], ['sequence']),
        node('LSTM', ['sequence', 'lstm2_w', 'lstm2_r', 'lstm2_bias'], ['', 'last'], { hidden_size: UNITS }),
        node('Squeeze', ['last', 'layers'], ['state']),
        node('Concat', ['seen', 'state'], ['both'], { axis: 1 }),
        node('Gemm', ['both', 'dense1', 'dense1_bias'], ['wide']),
        node('Relu', ['wide'], ['wide_relu']),
        node('Gemm', ['wide_relu', 'dense2', 'dense2_bias'], ['narrow']),
        node('Relu', ['narrow'], ['narrow_relu']),
        node('Gemm', ['narrow_relu', 'head', 'head_bias'], ['scores']),
        node('Softmax', ['scores'], ['probabilities']),
      ],
    },
  };
}

/** Kernel 3 with zeros beyond the ends, ReLU, the larger of two. */
function convolution(name: string, from: string, to: string): NodeProto[] {
  return [
    node('Conv', [from, name, `${name}_bias`], [`${name}_out`], { kernel_shape: [3], pads: [1, 1] }),
    node('Relu', [`${name}_out`], [`${name}_relu`]),
    node('MaxPool', [`${name}_relu`], [to], { kernel_shape: [2], strides: [2] }),
  ];
}

function node(
  opType: string,
  input: string[],
  output: string[],
  attributes: Record<string, number | number[]> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(
    ([name, value]): AttributeProto =>
      Array.isArray(value) ? { name, type: 7, ints: value } : { name, type: 2, i: value },
  );
  return { opType, input, output, attribute };
}
