import type { WindowTable } from '../../features/window.ts';
import {
  contractMetadata,
  contractSignature,
  INPUT,
  type ModelContract,
} from '../../models/onnx/contract.ts';
import type { AttributeProto, ModelProto, NodeProto, TensorProto } from '../../models/onnx/messages.ts';
import { float32Tensor, int64Tensor } from '../../models/onnx/tensor-values.ts';
import { contractOf, generator, OUTPUT } from './fixtures.ts';

export const NET_STEPS = 8;
export const NET_FEATURES = 16;
export const netContract: ModelContract = { ...contractOf(NET_FEATURES), steps: NET_STEPS };

/** Uniform around 0, seeded. */
export function randomTensor(name: string, dims: readonly number[], seed: number, scale = 0.5): TensorProto {
  const random = generator(seed);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return float32Tensor(
    name,
    dims,
    Float32Array.from({ length: size }, () => scale * (2 * random() - 1)),
  );
}

export function operator(
  opType: string,
  input: string[],
  output: string[],
  attributes: Record<string, number | number[] | string> = {},
): NodeProto {
  return { opType, input, output, attribute: Object.entries(attributes).map(attributeOf) };
}

function attributeOf([name, value]: [string, number | number[] | string]): AttributeProto {
  if (typeof value === 'string') return { name, type: 3, s: value };
  return Array.isArray(value) ? { name, type: 7, ints: value } : { name, type: 2, i: value };
}

/** Convolution and LSTM side by side, then two dense layers: every kind of weight that is made smaller but the GRU's. */
export function smallNet(): ModelProto {
  return {
    irVersion: 8,
    producerName: 'test',
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: contractMetadata(netContract),
    graph: {
      name: 'net',
      ...contractSignature(netContract),
      initializer: [
        randomTensor('conv', [32, NET_FEATURES, 3], 1, 0.2),
        randomTensor('conv_bias', [32], 2),
        randomTensor('lstm_w', [1, 80, NET_FEATURES], 3),
        randomTensor('lstm_r', [1, 80, 20], 4),
        randomTensor('lstm_b', [1, 160], 5),
        randomTensor('dense', [64, 148], 6, 0.1),
        randomTensor('dense_bias', [64], 7),
        randomTensor('hidden', [64, 32], 8, 0.2),
        randomTensor('out', [32, 3], 9, 0.5),
        int64Tensor('axis', [0]),
      ],
      node: [
        operator('Transpose', [INPUT], ['channels'], { perm: [0, 2, 1] }),
        operator('Conv', ['channels', 'conv', 'conv_bias'], ['conv_out'], {
          kernel_shape: [3],
          pads: [1, 1],
        }),
        operator('Relu', ['conv_out'], ['conv_relu']),
        operator('MaxPool', ['conv_relu'], ['pooled'], { kernel_shape: [2], strides: [2] }),
        operator('Flatten', ['pooled'], ['flat']),
        operator('Transpose', [INPUT], ['steps'], { perm: [1, 0, 2] }),
        operator('LSTM', ['steps', 'lstm_w', 'lstm_r', 'lstm_b'], ['', 'last'], { hidden_size: 20 }),
        operator('Squeeze', ['last', 'axis'], ['state']),
        operator('Concat', ['flat', 'state'], ['both'], { axis: 1 }),
        operator('Gemm', ['both', 'dense', 'dense_bias'], ['dense_out'], { transB: 1 }),
        operator('Relu', ['dense_out'], ['dense_relu']),
        operator('MatMul', ['dense_relu', 'hidden'], ['hidden_out']),
        operator('Tanh', ['hidden_out'], ['hidden_tanh']),
        operator('MatMul', ['hidden_tanh', 'out'], ['scores']),
        operator('Softmax', ['scores'], [OUTPUT]),
      ],
    },
  };
}

/** Seeded windows, each of steps of its own. */
export function randomWindows(rows: number, seed: number): WindowTable {
  const random = generator(seed);
  const values = new Float32Array(new SharedArrayBuffer(4 * rows * NET_STEPS * NET_FEATURES));
  for (let at = 0; at < values.length; at += 1) values[at] = 2 * (random() + random() + random()) - 3;
  const ends = Int32Array.from({ length: rows }, (_, row) => (row + 1) * NET_STEPS - 1);
  return { values, ends, steps: NET_STEPS, features: NET_FEATURES };
}
