import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import { INVALID_MODEL_REASONS, type InvalidModelReason } from '../../models/onnx/invalid-model.ts';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
} from '../../models/onnx/messages.ts';
import { checkModel, readModelFile } from '../../models/onnx/reader.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { contractOf, smallModel, treeModelFile } from './fixtures.ts';

const LIMITS = { maxBytes: 1_000_000 };
const sound = treeModelFile(smallModel(), contractOf(3));

test('a sound model says what it is', () => {
  const { operators, bytes, serving, ...contract } = checkModel(sound, LIMITS);
  assert.deepEqual(contract, contractOf(3));
  assert.deepEqual(operators, ['Cast', 'Reshape', 'Softmax', 'TreeEnsembleRegressor']);
  assert.equal(bytes, sound.length);
  assert.equal(serving, 'whole-batch');
});

const graph: GraphProto = { name: 'inner', node: [{ opType: 'Identity' }] };
const outside: TensorProto = {
  ...{ name: 'w', dims: [1], dataType: 1, dataLocation: 1 },
  externalData: [{ key: 'location', value: '/etc/passwd' }],
};

const attacks: Record<string, [InvalidModelReason, (model: Parts) => void]> = {
  'an operator that loops': ['operator', ({ nodes }) => nodes.push({ opType: 'Loop' })],
  'an operator that branches': ['operator', ({ nodes }) => nodes.push({ opType: 'If' })],
  'an operator that makes a tensor of any size': [
    'operator',
    ({ nodes }) => nodes.push({ opType: 'Expand' }),
  ],
  'an operator without a name': ['operator', ({ nodes }) => nodes.push({})],
  'an operator named like a property of objects': [
    'operator',
    ({ nodes }) => nodes.push({ opType: 'constructor' }),
  ],
  'a custom domain of a node': ['domain', ({ nodes }) => nodes.push({ opType: 'Add', domain: 'evil.ops' })],
  'a domain named like a property of objects': [
    'domain',
    ({ nodes }) => nodes.push({ opType: 'Add', domain: '__proto__' }),
  ],
  'a custom domain of the model': [
    'domain',
    ({ model }) => model.opsetImport?.push({ domain: 'evil.ops', version: 1 }),
  ],
  'a graph nested in an attribute': [
    'subgraph',
    ({ attributes }) => attributes.push({ name: 'body', g: graph }),
  ],
  'graphs nested in an attribute': [
    'subgraph',
    ({ attributes }) => attributes.push({ name: 'b', graphs: [graph] }),
  ],
  'an initializer kept outside': ['external-data', ({ initializers }) => initializers.push(outside)],
  'an initializer whose place is marked only': [
    'external-data',
    ({ initializers }) => initializers.push({ ...outside, externalData: [] }),
  ],
  'an initializer with a path only': [
    'external-data',
    ({ initializers }) => initializers.push({ ...outside, dataLocation: 0 }),
  ],
  'an attribute kept outside': [
    'external-data',
    ({ attributes }) => attributes.push({ name: 'v', t: outside }),
  ],
  'attributes kept outside': [
    'external-data',
    ({ attributes }) => attributes.push({ name: 'v', tensors: [outside] }),
  ],
  'a tensor of 10⁹ declared values': [
    'tensor',
    ({ initializers }) =>
      initializers.push({ name: 'w', dims: [1e9], dataType: 1, rawData: new Uint8Array(4) }),
  ],
  'a tensor whose shape overflows': [
    'tensor',
    ({ initializers }) =>
      initializers.push({ name: 'w', dims: [2 ** 32, 2 ** 32], dataType: 1, floatData: [] }),
  ],
  'a tensor of negative size': [
    'tensor',
    ({ initializers }) => initializers.push({ name: 'w', dims: [-1], dataType: 1, floatData: [] }),
  ],
  'a tensor of texts': [
    'tensor',
    ({ initializers }) => initializers.push({ name: 'w', dims: [1], dataType: 8, stringData: ['x'] }),
  ],
  'a tensor in segments': [
    'tensor',
    ({ initializers }) =>
      initializers.push({ name: 'w', dims: [], dataType: 1, floatData: [1], segment: {} }),
  ],
  'an int8 that is none': [
    'tensor',
    ({ initializers }) => initializers.push({ name: 'w', dims: [1], dataType: 3, int32Data: [200] }),
  ],
  'two constants of one name': [
    'tensor',
    ({ initializers }) => {
      const twin = { name: 'w', dims: [], dataType: 1, floatData: [1] };
      initializers.push(twin, { ...twin, floatData: [0] });
    },
  ],
  'a Microsoft operator other than the quantized LSTM': [
    'operator',
    ({ nodes }) => nodes.push({ opType: 'Attention', domain: 'com.microsoft' }),
  ],
  'a sparse tensor': [
    'tensor',
    ({ model }) => {
      model.graph!.sparseInitializer = [{}];
    },
  ],
  'local functions': [
    'functions',
    ({ model }) => {
      model.functions = [{}];
    },
  ],
  'a reference to a function’s attribute': [
    'functions',
    ({ attributes }) => attributes.push({ name: 'to', refAttrName: 'to' }),
  ],
  'a training graph': [
    'training-info',
    ({ model }) => {
      model.trainingInfo = [{}];
    },
  ],
  'no graph': [
    'format',
    ({ model }) => {
      model.graph = undefined;
    },
  ],
  'a second input': [
    'input',
    ({ model }) => model.graph!.input!.push({ ...model.graph!.input![0], name: 'extra' }),
  ],
  'an input of float64': [
    'input',
    ({ model }) => {
      model.graph!.input![0].type!.tensorType!.elemType = 11;
    },
  ],
  'an input for one row only': [
    'input',
    ({ model }) => {
      model.graph!.input![0].type!.tensorType!.shape!.dim![0] = { dimValue: 1 };
    },
  ],
  'an input of 10⁹ features': [
    'input',
    ({ model }) => {
      model.graph!.input![0].type!.tensorType!.shape!.dim![2] = { dimValue: 1e9 };
    },
  ],
  'an output of another name': [
    'output',
    ({ model }) => {
      model.graph!.output![0].name = 'logits';
    },
  ],
  'no output': [
    'output',
    ({ model }) => {
      model.graph!.output = [];
    },
  ],
  'tree lists of different lengths': [
    'trees',
    ({ ensemble }) => attribute(ensemble, 'nodes_modes').strings!.pop(),
  ],
  'fewer hit rates than nodes': [
    'trees',
    ({ ensemble }) => attribute(ensemble, 'nodes_hitrates').floats!.pop(),
  ],
  'a tree that asks for a feature that is not there': [
    'trees',
    ({ ensemble }) => attribute(ensemble, 'nodes_featureids').ints!.fill(3),
  ],
  'a leaf that votes for a class that is not there': [
    'trees',
    ({ ensemble }) => attribute(ensemble, 'target_ids').ints!.fill(-1),
  ],
  'a tree operator of 10⁹ outputs': [
    'trees',
    ({ ensemble }) => {
      attribute(ensemble, 'n_targets').i = 1e9;
    },
  ],
};

for (const [what, [reason, attack]] of Object.entries(attacks)) {
  test(`${what}: refused (${reason})`, () => {
    const model = decodeModel(sound);
    const nodes = model.graph!.node!;
    attack({
      ...{ model, nodes, initializers: model.graph!.initializer! },
      ...{ attributes: nodes[1].attribute!, ensemble: nodes[2] },
    });
    assertRefused(encodeModel(model), reason);
  });
}

const wrongMetadata: Record<string, [key: string, value: string | null]> = {
  'no schema hash': ['schema_hash', null],
  'an empty package id': ['package_id', ''],
  'feature names that are no JSON': ['feature_names', 'a,b,c'],
  'feature names that are no list': ['feature_names', '{"a":1}'],
  'a feature name twice': ['feature_names', '["a","a","b"]'],
  'steps of half a bar': ['steps', '1.5'],
  'steps beyond any window': ['steps', '1000000000'],
  'an unknown task': ['task', 'toString'],
  'a way of running that is none': ['serving', 'all-at-once'],
  'classes in another order': ['classes', '["LONG","NO_TRADE","SHORT"]'],
};

for (const [what, [key, value]] of Object.entries(wrongMetadata)) {
  test(`metadata with ${what}: refused`, () => {
    const model = decodeModel(sound);
    const others = model.metadataProps!.filter(entry => entry.key !== key);
    assertRefused(
      encodeModel({ ...model, metadataProps: value === null ? others : [...others, { key, value }] }),
      'metadata',
    );
  });
}

test('metadata that say something twice are refused', () => {
  const model = decodeModel(sound);
  model.metadataProps!.push({ key: 'steps', value: '1' });
  assertRefused(encodeModel(model), 'metadata');
});

test('metadata that name more features than the input has are refused', () => {
  const model = decodeModel(sound);
  model.metadataProps!.find(({ key }) => key === 'feature_names')!.value = '["a","b","c","d"]';
  assertRefused(encodeModel(model), 'input');
});

test('files that are too large, empty, cut off, or something else are refused', async t => {
  const path = join(await temporaryHome(t), 'model.onnx');
  const cases: [Uint8Array, InvalidModelReason][] = [
    [new Uint8Array(LIMITS.maxBytes + 1), 'size'],
    [new Uint8Array(), 'size'],
    [sound.slice(0, -1), 'format'],
    [Buffer.from('PAR1 is not protobuf'), 'format'],
    [new Uint8Array(1_000).fill(255), 'format'],
    [nested(2_000), 'format'],
  ];
  for (const [bytes, reason] of cases) {
    await writeFile(path, bytes);
    await assert.rejects(readModelFile(path, LIMITS), {
      code: 'MODEL_INVALID',
      details: detailsOf(bytes, reason),
    });
  }
});

test('every truncation is refused', () => {
  for (let length = 0; length < sound.length; length += 1) {
    assert.throws(() => checkModel(sound.slice(0, length), LIMITS), { code: 'MODEL_INVALID' });
  }
});

test('a file of millions of empty parts is refused before it fills the memory', () => {
  const emptyNodes = new Uint8Array(8_000_000).fill(0);
  for (let at = 0; at < emptyNodes.length; at += 2) emptyNodes[at] = 0x0a;
  const graphField = Buffer.concat([Buffer.from([0x3a]), varint(emptyNodes.length), emptyNodes]);
  const before = process.memoryUsage().rss;
  assert.throws(() => checkModel(graphField, { maxBytes: 10_000_000 }), {
    code: 'MODEL_INVALID',
    message: /more than 1000000 parts/,
  });
  assert.ok(process.memoryUsage().rss - before < 600e6);
});

test('whatever byte is flipped: refused, or it answers with probabilities or a typed error', async () => {
  for (let at = 0; at < sound.length; at += 3) {
    const bytes = sound.slice();
    bytes[at] ^= 1 << (at % 8);
    try {
      const session = await openSession(bytes, LIMITS);
      await session.run(Float32Array.of(0, Number.NaN, 9), 1).finally(() => session.dispose());
    } catch (error) {
      assert.ok(error instanceof AlphaloomError, String(error));
      assert.ok(['MODEL_INVALID', 'PREDICTION_INVALID'].includes(error.code));
    }
  }
});

test('a graph that ONNX Runtime can’t load is refused when it is opened', async () => {
  const model = decodeModel(sound);
  model.graph!.node![0].input![0] = 'nowhere';
  const error = await openSession(encodeModel(model)).catch(caught => caught);
  assert.equal(error.code, 'MODEL_INVALID');
  assert.equal(error.details.reason, 'load');
});

test('every reason for a refusal is provoked by a file here', () => {
  const provoked = Object.values(attacks).map(([reason]) => reason);
  const elsewhere = ['size', 'metadata', 'load', 'quantization'];
  assert.deepEqual(
    [...new Set([...provoked, ...elsewhere])].sort(),
    Object.keys(INVALID_MODEL_REASONS).sort(),
  );
});

interface Parts {
  readonly model: ModelProto;
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  /** Of the node Cast. */
  readonly attributes: AttributeProto[];
  readonly ensemble: NodeProto;
}

function assertRefused(bytes: Uint8Array, reason: InvalidModelReason): void {
  assert.throws(
    () => checkModel(bytes, LIMITS),
    (error: unknown) => {
      assert.ok(error instanceof AlphaloomError, String(error));
      assert.deepEqual([error.code, error.details.reason], ['MODEL_INVALID', reason]);
      return true;
    },
  );
}

function attribute(node: NodeProto, name: string): AttributeProto {
  return node.attribute!.find(candidate => candidate.name === name)!;
}

function detailsOf(bytes: Uint8Array, reason: InvalidModelReason): Record<string, unknown> {
  return reason === 'size' ? { reason, bytes: bytes.length, maxBytes: LIMITS.maxBytes } : { reason };
}

/** Graphs within attributes of nodes of graphs. */
function nested(depth: number): Uint8Array {
  let bytes: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    for (const tag of [0x32, 0x2a, 0x0a])
      bytes = Buffer.concat([Buffer.from([tag]), varint(bytes.length), bytes]);
  }
  return Buffer.concat([Buffer.from([0x3a]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
