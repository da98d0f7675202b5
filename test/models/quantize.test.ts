import assert from 'node:assert/strict';
import test from 'node:test';
import { contractMetadata, contractSignature, INPUT, OUTPUT } from '../../models/onnx/contract.ts';
import { encodeModel } from '../../models/onnx/schema.ts';
import { quantizeModel } from '../../models/quantize.ts';
import { treeModelToOnnx } from '../../models/trees/tree-onnx.ts';
import { contractOf, smallModel } from './fixtures.ts';

const x = Float32Array.from({ length: 15 }, (_, at) => at / 4);

test('trees are passed on as they are, with their size and latency, and the reason', async () => {
  const model = treeModelToOnnx(smallModel(), contractOf(3));
  const result = await quantizeModel({ model, x, rows: 5, monotonicMs: tickingClock(2) });
  assert.equal(result.model, model);
  assert.equal(result.variants.length, 1);
  const [{ reason, ...numbers }] = result.variants;
  assert.deepEqual(numbers, {
    variant: 'float',
    bytes: model.length,
    latencyMs1: 2,
    latencyMs34: 2,
    agreement: 1,
    maxProbabilityDifference: 0,
    chosen: true,
  });
  assert.match(reason, /[Nn]othing to quantize/);
});

test('a model of another kind is refused rather than passed on unseen', async () => {
  const model = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 12 }],
    metadataProps: contractMetadata(contractOf(3)),
    graph: {
      name: 'softmax',
      node: [
        { opType: 'Softmax', input: [INPUT], output: ['soft'], attribute: [{ name: 'axis', type: 2, i: 2 }] },
        {
          opType: 'Squeeze',
          input: ['soft'],
          output: [OUTPUT],
          attribute: [{ name: 'axes', type: 7, ints: [1] }],
        },
      ],
      ...contractSignature(contractOf(3)),
    },
  });
  await assert.rejects(quantizeModel({ model, x, rows: 5, monotonicMs: tickingClock(1) }), {
    code: 'MODEL_UNSUPPORTED',
  });
});

/** Every reading is `stepMs` after the one before. */
function tickingClock(stepMs: number): () => number {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
}
