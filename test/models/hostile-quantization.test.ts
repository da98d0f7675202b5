import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import { withServing } from '../../models/onnx/contract.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../models/onnx/messages.ts';
import { checkModel } from '../../models/onnx/reader.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { float32Tensor } from '../../models/onnx/tensor-values.ts';
import { makeVariant, VARIANTS } from '../../models/quantize/variants.ts';
import { NET_FEATURES, NET_STEPS, randomWindows, smallNet } from './net-fixtures.ts';

const LIMITS = { maxBytes: 1_000_000 };
const sound = {
  static: await variantBytes('int8-static'),
  dynamic: await variantBytes('int8-dynamic'),
  weights: await variantBytes('int8-weights'),
};

test('sound quantized models are read', () => {
  assert.ok(checkModel(sound.static, LIMITS).operators.includes('QuantizeLinear'));
  assert.ok(checkModel(sound.dynamic, LIMITS).operators.includes('DynamicQuantizeLSTM'));
  assert.equal(checkModel(sound.dynamic, LIMITS).serving, 'row-by-row');
});

type Attack = (parts: Parts) => unknown;

const attacks: Record<string, ['static' | 'dynamic', Attack]> = {
  'a scale of 0': ['static', ({ tensor }) => setFloats(tensor('conv/scale'), 0)],
  'a scale that is NaN': ['static', ({ tensor }) => setFloats(tensor('conv/scale'), Number.NaN)],
  'a negative scale': ['static', ({ tensor }) => setFloats(tensor('conv/scale'), -1)],
  'an infinite scale of an activation': [
    'static',
    ({ tensor }) => setFloats(tensor('channels/scale'), Number.POSITIVE_INFINITY),
  ],
  'more scales than channels': ['static', ({ tensor }) => resize(tensor('conv/scale'), 33)],
  'fewer zero points than scales': [
    'static',
    ({ tensor }) => Object.assign(tensor('conv/zero'), { dims: [31], rawData: new Uint8Array(31) }),
  ],
  'scales along another axis than there are channels': [
    'static',
    ({ node }) => Object.assign(node('conv/rounded').attribute![0], { i: 1 }),
  ],
  'scales along an axis that is not there': [
    'static',
    ({ node }) => Object.assign(node('conv/rounded').attribute![0], { i: 7 }),
  ],
  'scales along an axis from the end that is not there': [
    'static',
    ({ node }) => Object.assign(node('conv/rounded').attribute![0], { i: -9 }),
  ],
  'several scales for an activation': ['static', ({ tensor }) => resize(tensor('channels/scale'), 8)],
  'a zero point of another type than the weight': [
    'static',
    ({ tensor }) => Object.assign(tensor('conv/zero'), { dataType: 3 }),
  ],
  'a bias whose zero is not 0': [
    'static',
    ({ tensor }) => Object.assign(tensor('conv_bias/zero'), { rawData: new Uint8Array(4 * 32).fill(1) }),
  ],
  'a scale that is computed while it runs': [
    'static',
    ({ node }) => {
      node('conv/rounded').input![1] = 'window';
    },
  ],
  'a scale of float64': [
    'static',
    ({ tensor }) =>
      Object.assign(tensor('channels/scale'), { dataType: 11, rawData: undefined, doubleData: [1] }),
  ],
  'scales by blocks': [
    'static',
    ({ node }) => node('conv/rounded').attribute!.push({ name: 'block_size', type: 2, i: 2 }),
  ],
  'a product with a weight that is computed': [
    'dynamic',
    ({ node }) => {
      node('dense_out/int32').input![1] = 'dense_out/input';
    },
  ],
  'a product with a weight of three dimensions': [
    'dynamic',
    ({ tensor }) => Object.assign(tensor('dense/uint8'), { dims: [148, 8, 8] }),
  ],
  'a product with zero points of another size': [
    'dynamic',
    ({ tensor }) => Object.assign(tensor('dense/zero'), { dims: [5], rawData: new Uint8Array(5) }),
  ],
  'a product with a zero point of another type': [
    'dynamic',
    ({ tensor }) => Object.assign(tensor('dense/zero'), { dataType: 3 }),
  ],
  'an LSTM of 10⁹ hidden units': [
    'dynamic',
    ({ node }) => Object.assign(attributeOf(node('last', 1), 'hidden_size'), { i: 1e9 }),
  ],
  'an LSTM of no hidden unit': [
    'dynamic',
    ({ node }) => Object.assign(attributeOf(node('last', 1), 'hidden_size'), { i: 0 }),
  ],
  'an LSTM of two directions with weights of one': [
    'dynamic',
    ({ node }) => node('last', 1).attribute!.push({ name: 'direction', type: 3, s: 'bidirectional' }),
  ],
  'an LSTM with weights of another shape': [
    'dynamic',
    ({ tensor }) => Object.assign(tensor('lstm_r/uint8'), { dims: [1, 80, 20] }),
  ],
  'an LSTM with too short a bias': ['dynamic', ({ tensor }) => resize(tensor('lstm_b'), 80, [1, 80])],
  'an LSTM with too few scales': ['dynamic', ({ tensor }) => resize(tensor('lstm_w/scale'), 79, [1, 79])],
  'an LSTM with too few zero points': [
    'dynamic',
    ({ tensor }) => Object.assign(tensor('lstm_w/zero'), { dims: [1, 79], rawData: new Uint8Array(79) }),
  ],
  'an LSTM with lengths of its own': [
    'dynamic',
    ({ node }) => {
      node('last', 1).input![4] = 'axis';
    },
  ],
  'an LSTM with float weights': [
    'dynamic',
    ({ tensor }) => resize(tensor('lstm_w/uint8'), 1_280, [1, 16, 80]),
  ],
};

for (const [what, [variant, attack]] of Object.entries(attacks)) {
  test(`${what}: refused (quantization)`, () => {
    const model = decodeModel(sound[variant]);
    attack({
      tensor: name => model.graph!.initializer!.find(tensor => tensor.name === name) ?? assert.fail(name),
      node: (output, at = 0) =>
        model.graph!.node!.find(node => node.output![at] === output) ?? assert.fail(output),
    });
    assert.throws(
      () => checkModel(encodeModel(model), LIMITS),
      (error: unknown) => {
        assert.ok(error instanceof AlphaloomError, String(error));
        assert.deepEqual([error.code, error.details.reason], ['MODEL_INVALID', 'quantization']);
        return true;
      },
    );
  });
}

test('weights that a NaN scale gives back are found out when it answers', async () => {
  const model = decodeModel(sound.weights);
  setFloats(model.graph!.initializer!.find(({ name }) => name === 'dense/scale')!, Number.NaN);
  const session = await openSession(encodeModel(model));
  try {
    const x = new Float32Array(NET_STEPS * NET_FEATURES);
    await assert.rejects(session.run(x, 1), { code: 'PREDICTION_INVALID' });
  } finally {
    await session.dispose();
  }
});

test('whatever byte of a quantized model’s structure is flipped: refused, or it answers with probabilities or a typed error', async () => {
  const x = new Float32Array(2 * NET_STEPS * NET_FEATURES).fill(0.5);
  for (const bytes of [sound.static, sound.dynamic]) {
    for (const at of structure(bytes, 400)) {
      const flipped = bytes.slice();
      flipped[at] ^= 1 << (at % 8);
      try {
        const session = await openSession(flipped, LIMITS);
        await session.run(x, 2).finally(() => session.dispose());
      } catch (error) {
        assert.ok(error instanceof AlphaloomError, String(error));
        assert.ok(
          ['MODEL_INVALID', 'PREDICTION_INVALID', 'SCHEMA_MISMATCH'].includes(error.code),
          error.code,
        );
      }
    }
  }
});

interface Parts {
  tensor(name: string): TensorProto;
  /** By the name of an output. */
  node(output: string, at?: number): NodeProto;
}

async function variantBytes(name: string): Promise<Uint8Array> {
  const variant = VARIANTS.find(candidate => candidate.name === name)!;
  const made = await makeVariant(variant, smallNet(), randomWindows(20, 1));
  const model: ModelProto = 'model' in made ? made.model : assert.fail(made.why);
  return encodeModel({ ...model, metadataProps: withServing(model.metadataProps!, variant.serving) });
}

function setFloats(tensor: TensorProto, value: number): void {
  const size = tensor.dims!.reduce((product, dim) => product * dim, 1);
  Object.assign(tensor, float32Tensor(tensor.name!, tensor.dims!, new Float32Array(size).fill(value)));
}

function resize(tensor: TensorProto, size: number, dims = [size]): void {
  Object.assign(tensor, float32Tensor(tensor.name!, dims, new Float32Array(size).fill(1)));
}

function attributeOf(node: NodeProto, name: string) {
  return node.attribute!.find(candidate => candidate.name === name)!;
}

/** Positions outside the weights: names, shapes, attributes; evenly spaced. */
function structure(bytes: Uint8Array, count: number): number[] {
  const model = decodeModel(bytes);
  const inWeights = new Uint8Array(bytes.length);
  for (const { rawData } of model.graph!.initializer ?? []) {
    if (rawData && rawData.length > 200) {
      const from = Buffer.from(bytes).indexOf(rawData);
      inWeights.fill(1, from, from + rawData.length);
    }
  }
  const positions = [...bytes.keys()].filter(at => !inWeights[at]);
  const step = Math.max(1, Math.floor(positions.length / count));
  return positions.filter((_, at) => at % step === 0);
}
