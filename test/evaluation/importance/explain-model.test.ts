import assert from 'node:assert/strict';
import test from 'node:test';
import { LIKELIEST } from '../../../contracts/decision.ts';
import { summarizeAttributions } from '../../../evaluation/importance/attributions.ts';
import { explainModel } from '../../../evaluation/importance/explain-model.ts';
import { evenlySpaced, sampleWindows } from '../../../evaluation/importance/sample-windows.ts';
import { typicalValues } from '../../../evaluation/importance/typical-values.ts';
import type { Explainer } from '../../../models/explain/contributions.ts';
import { contractOf, modelOfClasses, stump, treeModelFile, windowsOf } from '../../models/fixtures.ts';

test('a model that looks at one feature alone is moved by that one, and minds no other being shuffled', async () => {
  const leafValue = (value: number) => ({ leafValue: Float64Array.of(-value, value) });
  const trees = [stump(1, 0, leafValue(-1)), stump(1, 0, leafValue(0)), stump(1, 0, leafValue(1))];
  const x = Float32Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? Math.sin(at) : (at % 7) - 3));
  const label = Int8Array.from({ length: 300 }, (_, row) => (x[row * 2 + 1]! <= 0 ? 0 : 2));
  const { permutationImportance, attributions } = await explainModel({
    task: 'direction3',
    decision: LIKELIEST,
    featureNames: ['idle', 'used'],
    windows: windowsOf(x, 2),
    label,
    seed: 1,
    model: treeModelFile(modelOfClasses(2, trees), contractOf(2)),
    baseline: [0, 0],
  });
  const [idle, used] = permutationImportance!.features;
  assert.equal(idle!.logLossRise.mean, 0);
  assert.ok(used!.logLossRise.mean > 0.5);
  assert.equal(attributions!.method, 'tree-shap');
  assert.deepEqual(attributions!.features[0], { feature: 'idle', meanAbsolute: 0, byScore: [0, 0, 0] });
  // Scores −1, 0, 1 either way: against the mean of the others 1.5, 0 and 1.5.
  assert.deepEqual(attributions!.features[1]!.byScore, [1.5, 0, 1.5]);
  assert.equal(attributions!.features[1]!.meanAbsolute, 1);
  assert.ok(attributions!.largestGap < 1e-5);
  assert.equal(attributions!.bars, null);
});

test('contributions are averaged without their signs, by score, by feature and by age', async () => {
  const explainer: Explainer = {
    method: 'integrated-gradients',
    async explain({ ends }) {
      const rows = ends.length;
      const alternating = (values: number[]) =>
        Float64Array.from({ length: rows * 4 }, (_, at) => values[at % 4]! * (at % 8 < 4 ? 1 : -1));
      return {
        features: alternating([1, 2, 3, 4]),
        bands: alternating([3, 1, 3, 1]),
        base: new Float64Array(rows * 2),
        answer: new Float64Array(rows * 2),
        gap: Float64Array.from({ length: rows }, (_, row) => row / 1_000),
      };
    },
  };
  const windows = { ...windowsOf(new Float32Array(400), 2), steps: 4 };
  const found = await summarizeAttributions(explainer, {
    task: 'approve2',
    featureNames: ['a', 'b'],
    windows: { ...windows, ends: windows.ends.subarray(3) },
    baseline: [1, null],
  });
  assert.equal(found.rows, 50);
  assert.deepEqual(found.features, [
    { feature: 'a', meanAbsolute: 2, byScore: [1, 3] },
    { feature: 'b', meanAbsolute: 3, byScore: [2, 4] },
  ]);
  assert.deepEqual(found.bars, [
    { newest: 0, oldest: 0, share: 0.75 },
    { newest: 1, oldest: 3, share: 0.25 },
  ]);
  assert.equal(found.largestGap, 0.049);
  assert.deepEqual(found.baseline, [1, null]);
});

test('what is usual are the means of the training rows where a value is known', () => {
  const columns = [Float32Array.of(1, 3, 100, Number.NaN), Float32Array.of(Number.NaN, Number.NaN, 1, 2)];
  assert.deepEqual(typicalValues({ columns, block: Int8Array.of(0, 0, 1, 0) }), [2, 2]);
  assert.deepEqual(typicalValues({ columns, block: Int8Array.of(0, 0, 1, 2) }), [2, null]);
});

test('rows are chosen evenly, and their windows stand apart', () => {
  assert.deepEqual([...evenlySpaced(10, 4)], [0, 2, 5, 7]);
  assert.deepEqual([...evenlySpaced(3, 10)], [0, 1, 2]);
  const table = { ...windowsOf([0, 1, 2, 3, 4], 1), steps: 2, ends: Int32Array.of(1, 2, 3, 4) };
  const sample = sampleWindows(table, Int32Array.of(0, 1, 3));
  assert.deepEqual([...sample.values], [0, 1, 1, 2, 3, 4]);
  assert.deepEqual([...sample.ends], [1, 3, 5]);
});
