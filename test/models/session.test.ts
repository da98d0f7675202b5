import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { contractMetadata, contractSignature, INPUT } from '../../models/onnx/contract.ts';
import type { NodeProto } from '../../models/onnx/messages.ts';
import { encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { contractOf, OUTPUT, smallModel, treeModelFile } from './fixtures.ts';

const bytes = treeModelFile(smallModel(), contractOf(3));

test('a model is opened from its file or its bytes, and answers with a probability per class', async t => {
  const path = join(await temporaryHome(t), 'model.onnx');
  await writeFile(path, bytes);
  const answers: Float32Array[] = [];
  for (const source of [path, bytes]) {
    const session = await opened(t, source);
    assert.equal(session.info.packageId, contractOf(3).packageId);
    answers.push(await session.run(Float32Array.of(0, 0, 9, 1, 1, 1), 2));
  }
  assert.deepEqual(answers[0], answers[1]);
  // raw scores −0.5, 0.5, 0.5 and 0.5, 0.5, −0.5 through softmax
  const low = 1 / (1 + 2 * Math.E);
  [low, low * Math.E, low * Math.E, low * Math.E, low * Math.E, low].forEach((expected, at) => {
    assert.ok(Math.abs(answers[0][at] - expected) < 1e-7);
  });
});

test('runs that overlap keep their answers apart', async t => {
  const session = await opened(t, bytes);
  const inputs = Array.from({ length: 50 }, (_, at) => Float32Array.of(at % 2, at % 3, at % 5));
  const overlapping = await Promise.all(inputs.map(x => session.run(x, 1)));
  for (const [at, x] of inputs.entries()) assert.deepEqual(overlapping[at], await session.run(x, 1));
});

test('an input that does not fit the model’s shape is refused', async t => {
  const session = await opened(t, bytes);
  for (const [length, batch] of [
    [4, 1],
    [3, 2],
    [0, 0],
    [6, 1.5],
  ]) {
    await assert.rejects(session.run(new Float32Array(length), batch), { code: 'SCHEMA_MISMATCH' });
  }
});

test('a file larger than allowed is not opened', async () => {
  await assert.rejects(openSession(bytes, { maxBytes: bytes.length - 1 }), { code: 'MODEL_INVALID' });
});

test('an answer that is NaN, no probability or of a wrong shape is an error', async t => {
  const answers: Record<string, NodeProto> = {
    // its values as they are: NaN and numbers over 1 come out again
    'no probability': { opType: 'Squeeze', input: [INPUT, 'axis'], output: [OUTPUT] },
    'wrong shape': {
      opType: 'Flatten',
      input: [INPUT],
      output: [OUTPUT],
      attribute: [{ name: 'axis', type: 2, i: 0 }],
    },
  };
  const axis = { name: 'axis', dims: [1], dataType: 7, int64Data: [1] };
  for (const [what, node] of Object.entries(answers)) {
    const model = encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      metadataProps: contractMetadata(contractOf(3)),
      graph: { name: what, initializer: [axis], node: [node], ...contractSignature(contractOf(3)) },
    });
    const session = await opened(t, model);
    for (const value of what === 'wrong shape' ? [0] : [Number.NaN, 1.5, -0.1, Number.POSITIVE_INFINITY]) {
      const rows = Float32Array.of(0, 0, 0, 0, value, 0);
      await assert.rejects(session.run(rows, 2), { code: 'PREDICTION_INVALID' }, `${what} ${value}`);
    }
  }
});

async function opened(t: TestContext, source: string | Uint8Array) {
  const session = await openSession(source);
  t.after(() => session.dispose());
  return session;
}
