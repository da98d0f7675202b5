import assert from 'node:assert/strict';
import test from 'node:test';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { contractOf, generator, smallModel, treeModelFile, windowsOf } from './fixtures.ts';

const ROWS = 1_100;
const random = generator(5);
const x = Float32Array.from({ length: ROWS * 3 }, () => random() * 8 - 4);
const session = await openSession(treeModelFile(smallModel(), contractOf(3)));
const exported = await session.run(x, ROWS);
const windows = windowsOf(x, 3);
const TOLERANCE = 5e-6;

test('a model that answers as the trained one passes, with the numbers seen', async () => {
  assert.deepEqual(await checkParity(session, exported, windows, TOLERANCE), {
    rows: ROWS,
    maxDifference: 0,
    tolerance: TOLERANCE,
    disagreements: 0,
  });
});

test('one probability of the last row off by more than the tolerance fails', async () => {
  const own = Float64Array.from(exported);
  own[own.length - 1] += 6e-6;
  await assert.rejects(checkParity(session, own, windows, TOLERANCE), { code: 'PARITY_FAILED' });
  own[own.length - 1] -= 2e-6;
  assert.ok((await checkParity(session, own, windows, TOLERANCE)).maxDifference > 3e-6);
});

test('NaN of the trained model fails', async () => {
  const own = Float64Array.from(exported);
  own[7] = Number.NaN;
  await assert.rejects(checkParity(session, own, windows, TOLERANCE), { code: 'PARITY_FAILED' });
});

test('another class fails where the margin is clear, and is a tie where it is not', async () => {
  const tied = Float64Array.from(exported);
  const row = Array.from({ length: ROWS }, (_, at) => at).find(
    at => exported[3 * at] === exported[3 * at + 1],
  )!;
  // within the tolerance of the exported model's tie, the other class is ahead by 4e-6
  tied[3 * row + 1] += 4e-6;
  assert.equal((await checkParity(session, tied, windows, TOLERANCE)).disagreements, 0);
  const other = Float64Array.from(exported);
  other.copyWithin(0, 3, 6);
  [other[0], other[1], other[2]] = [0.2, 0.3, 0.5];
  await assert.rejects(
    checkParity(session, other, windows, TOLERANCE),
    (error: { details: { disagreements: number } }) => {
      const exportedClass = exported.slice(0, 3).indexOf(Math.max(...exported.slice(0, 3)));
      return error.details.disagreements === Number(exportedClass !== 2);
    },
  );
});
