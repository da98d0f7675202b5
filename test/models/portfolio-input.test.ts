import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { INPUT, PORTFOLIO_INPUT, readContract } from '../../models/onnx/contract.ts';
import type { ModelProto } from '../../models/onnx/messages.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkModel } from '../../models/onnx/reader.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { contractOf, smallModel, treeModelFile } from './fixtures.ts';

const LIMITS = { maxBytes: 1_000_000 };
const CONTRACT = { ...contractOf(3), portfolio: ['side', 'unrealised_return', 'holding_share'] };
const sound = leaningModel();

test('a model that looks at the account says what it wants to know of it', () => {
  const { operators, bytes, serving: _serving, ...contract } = checkModel(sound, LIMITS);
  assert.deepEqual(contract, CONTRACT);
  assert.deepEqual(operators, ['Add', 'Softmax', 'Squeeze']);
  assert.equal(bytes, sound.length);
});

test('a model that sees the window alone says nothing of an account', () => {
  const contract = readContract(decodeModel(treeModelFile(smallModel(), contractOf(3))).metadataProps!);
  assert.ok(!('portfolio' in contract));
});

test('the account is flat unless it is given, and it counts', async t => {
  const session = await opened(t, sound);
  const x = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
  const flat = await session.run(x, 2);
  assert.deepEqual(await session.run(x, 2, new Float32Array(6)), flat);
  const holding = await session.run(x, 2, Float32Array.of(0, 0, 0, 2, 0, 0));
  assert.deepEqual(holding.subarray(0, 3), flat.subarray(0, 3));
  assert.ok(holding[3] > flat[3]);
});

test('an account of another size is refused, as is any by a model that takes none', async t => {
  const session = await opened(t, sound);
  await assert.rejects(session.run(new Float32Array(6), 2, new Float32Array(3)), {
    code: 'SCHEMA_MISMATCH',
    message: /is 6 values for this model \(side, unrealised_return, holding_share\), got 3/,
  });
  const windowOnly = await opened(t, treeModelFile(smallModel(), contractOf(3)));
  await assert.rejects(windowOnly.run(new Float32Array(3), 1, new Float32Array(3)), {
    code: 'SCHEMA_MISMATCH',
    message: /it takes none/,
  });
});

const attacks: Record<string, ['metadata' | 'input', (model: ModelProto) => void]> = {
  'an account that the graph does not take': ['input', ({ graph }) => graph!.input!.pop()],
  'an account that the metadata do not name': ['input', model => setNames(model, undefined)],
  'an account of another size': ['input', model => setNames(model, '["side"]')],
  'its inputs in another order': ['input', ({ graph }) => graph!.input!.reverse()],
  'a third input': ['input', ({ graph }) => graph!.input!.push({ ...graph!.input![1], name: 'more' })],
  'an account with a dimension more': [
    'input',
    ({ graph }) => graph!.input![1].type!.tensorType!.shape!.dim!.push({ dimValue: 1 }),
  ],
  'names that are no JSON': ['metadata', model => setNames(model, 'side')],
  'names that are no list': ['metadata', model => setNames(model, '{"side": 1}')],
  'no names': ['metadata', model => setNames(model, '[]')],
  'empty text for names': ['metadata', model => setNames(model, '')],
  'a name twice': ['metadata', model => setNames(model, '["side", "side", "age"]')],
  'a number for a name': ['metadata', model => setNames(model, '["side", 1, "age"]')],
  'more numbers than an account has': [
    'metadata',
    model => setNames(model, JSON.stringify(Array.from({ length: 65 }, (_, at) => `n${at}`))),
  ],
};

for (const [what, [reason, attack]] of Object.entries(attacks)) {
  test(`refused: ${what}`, () => {
    const model = decodeModel(sound);
    attack(model);
    assert.throws(
      () => checkModel(encodeModel(model), LIMITS),
      (error: { code?: string; details?: { reason?: string } }) =>
        error.code === 'MODEL_INVALID' && error.details?.reason === reason,
    );
  });
}

/** Scores are the window's three features plus the account's three numbers. */
function leaningModel(): Uint8Array {
  const axis = { name: 'axis', dims: [1], dataType: 7, int64Data: [1] };
  const nodes = [
    { opType: 'Squeeze', input: [INPUT, 'axis'], output: ['features'] },
    { opType: 'Add', input: ['features', PORTFOLIO_INPUT], output: ['scores'] },
  ];
  const graph = { nodes, initializers: [axis], scores: 'scores', opset: 17 };
  return modelFile(graph, CONTRACT, { logWeights: [0, 0, 0], temperature: 1 });
}

/** Sets what the metadata say of the account; undefined: nothing. */
function setNames(model: ModelProto, value: string | undefined): void {
  const others = model.metadataProps!.filter(({ key }) => key !== 'portfolio');
  model.metadataProps = value === undefined ? others : [...others, { key: 'portfolio', value }];
}

async function opened(t: TestContext, model: Uint8Array) {
  const session = await openSession(model);
  t.after(() => session.dispose());
  return session;
}
