import assert from 'node:assert/strict';
import test from 'node:test';
import { quantizeModel } from '../../models/quantize.ts';
import { contractOf, smallModel, treeModelFile, windowsOf } from './fixtures.ts';

const windows = windowsOf(
  Float32Array.from({ length: 15 }, (_, at) => at / 4),
  3,
);

test('trees are passed on as they are, with their size and latency, and the reason', async () => {
  const model = treeModelFile(smallModel(), contractOf(3));
  const result = await quantizeModel({ model, windows, monotonicMs: tickingClock(2) });
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

/** Every reading is `stepMs` after the one before. */
function tickingClock(stepMs: number): () => number {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
}
