import assert from 'node:assert/strict';
import test from 'node:test';
import { LIKELIEST } from '../../../contracts/decision.ts';
import {
  type Answer,
  type PermutationInput,
  permutationImportance,
} from '../../../evaluation/importance/permutation.ts';
import { copyWindows, type WindowTable } from '../../../features/window.ts';
import { randomIndex, seededRandom } from '../../../statistics/random.ts';

const ROWS = 1_000;
const NAMES = ['known', 'half known', 'noise'];

/** Windows of random numbers; the class follows the last bar's first feature, and a little its second. */
function market(steps: number, rows = ROWS) {
  const random = seededRandom(5);
  const uniform = () => randomIndex(random, 2_001) / 1_000 - 1;
  const bars = rows + steps - 1;
  const values = new Float32Array(new SharedArrayBuffer(4 * bars * 3));
  for (let at = 0; at < values.length; at++) values[at] = uniform();
  const windows: WindowTable = {
    values,
    ends: Int32Array.from({ length: rows }, (_, row) => row + steps - 1),
    steps,
    features: 3,
  };
  const label = Int8Array.from(windows.ends, end => {
    const score = values[end * 3]! + 0.3 * values[end * 3 + 1]!;
    return score < -0.4 ? 0 : score < 0.4 ? 1 : 2;
  });
  return { windows, label };
}

/** Knows how labels come about, from the last bar of each window. */
const oracle: Answer = async windows => {
  const rows = windows.ends.length;
  const width = windows.steps * 3;
  const x = new Float32Array(rows * width);
  copyWindows(windows, 0, rows, x);
  const answers = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const last = (row + 1) * width - 3;
    const score = x[last]! + 0.3 * x[last + 1]!;
    answers.fill(0.1, row * 3, row * 3 + 3);
    answers[row * 3 + (score < -0.4 ? 0 : score < 0.4 ? 1 : 2)] = 0.8;
  }
  return answers;
};

function inputOf(changes: Partial<PermutationInput> = {}): PermutationInput {
  return {
    task: 'direction3',
    decision: LIKELIEST,
    featureNames: NAMES,
    ...market(1),
    seed: 3,
    ...changes,
  };
}

test('what a model knows the truth by costs most when it is shuffled, noise costs nothing', async () => {
  const { features, logLoss, mcc, rows, repeats } = await permutationImportance(oracle, inputOf());
  assert.deepEqual([rows, repeats, mcc], [ROWS, 5, 1]);
  assert.ok(Math.abs(logLoss + Math.log(0.8)) < 1e-6);
  const [known, half, noise] = features;
  assert.deepEqual(
    features.map(({ feature }) => feature),
    NAMES,
  );
  assert.ok(known!.logLossRise.mean > 3 * half!.logLossRise.mean && half!.logLossRise.mean > 0.05);
  assert.ok(known!.mccFall.mean > half!.mccFall.mean && half!.mccFall.mean > 0.05);
  assert.ok(known!.logLossRise.deviation > 0 && known!.logLossRise.deviation < 0.1);
  assert.deepEqual(noise, {
    feature: 'noise',
    logLossRise: { mean: 0, deviation: 0 },
    mccFall: { mean: 0, deviation: 0 },
  });
});

test('the same seed gives the same numbers, another seed others', async () => {
  const first = await permutationImportance(oracle, inputOf());
  assert.deepEqual(await permutationImportance(oracle, inputOf()), first);
  const other = await permutationImportance(oracle, inputOf({ seed: 4 }));
  assert.notDeepEqual(other.features, first.features);
  assert.equal(other.logLoss, first.logLoss);
});

test('what a feature shows does not depend on which others there are', async () => {
  const [known] = (await permutationImportance(oracle, inputOf())).features;
  const reversed: Answer = windows => oracle(swapped(windows));
  const { windows, label } = market(1);
  const found = await permutationImportance(reversed, inputOf({ windows: swapped(windows), label }));
  assert.deepEqual(found.features[2]!.logLossRise, known!.logLossRise);
});

test('of windows a feature’s values move together, from one window to another', async () => {
  const { windows, label } = market(4);
  const seen: Float32Array[] = [];
  const remember: Answer = async table => {
    const x = new Float32Array(table.ends.length * 12);
    copyWindows(table, 0, table.ends.length, x);
    seen.push(x);
    return await oracle(table);
  };
  await permutationImportance(remember, inputOf({ windows, label }));
  const [intact, shuffled] = seen;
  const column = (x: Float32Array, row: number, feature: number) =>
    [0, 1, 2, 3].map(step => x[row * 12 + step * 3 + feature]!).join();
  const known = new Set(Array.from({ length: ROWS }, (_, row) => column(intact!, row, 0)));
  let moved = 0;
  for (let row = 0; row < ROWS; row++) {
    assert.ok(known.has(column(shuffled!, row, 0)));
    if (column(shuffled!, row, 0) !== column(intact!, row, 0)) moved++;
    assert.equal(column(shuffled!, row, 1), column(intact!, row, 1));
  }
  assert.ok(moved > 0.98 * ROWS);
});

test('the rows’ own windows are left as they are', async () => {
  const { windows, label } = market(3);
  const before = windows.values.slice();
  await permutationImportance(oracle, inputOf({ windows, label }));
  assert.deepEqual(windows.values.slice(), before);
});

test('large blocks are sampled evenly, wide windows more thinly', async () => {
  const sizes: number[] = [];
  const count: Answer = async windows => {
    sizes.push(windows.ends.length);
    return await oracle(windows);
  };
  assert.equal((await permutationImportance(count, inputOf(market(1, 10_000)))).rows, 2_000);
  const wide = market(60, 3_000);
  assert.equal((await permutationImportance(count, inputOf(wide))).rows, 1_165);
  assert.deepEqual([...new Set(sizes)], [2_000, 1_165]);
});

function swapped({ values, ...table }: WindowTable): WindowTable {
  const other = new Float32Array(new SharedArrayBuffer(values.byteLength));
  for (let at = 0; at < values.length; at++) other[at] = values[at - (at % 3) + (2 - (at % 3))]!;
  return { ...table, values: other };
}
