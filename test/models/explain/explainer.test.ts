import assert from 'node:assert/strict';
import test from 'node:test';
import { explainedScores } from '../../../models/explain/explained-scores.ts';
import { explainerOf } from '../../../models/explain/explainer.ts';
import { dense } from '../../../models/nets/layers/dense.ts';
import { lstm } from '../../../models/nets/layers/recurrent.ts';
import { toSequence } from '../../../models/nets/layers/sequence.ts';
import type { Net } from '../../../models/nets/net.ts';
import { exportScores } from '../../../models/nets/score-export.ts';
import { modelFile } from '../../../models/onnx/model-file.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { openSession } from '../../../models/onnx/session.ts';
import { treeScores } from '../../../models/trees/tree-onnx.ts';
import { treeContributions } from '../../../models/trees/tree-shap.ts';
import { golden } from '../../support/golden.ts';
import { contractOf, modelOfClasses, smallModel, stump, treeModelFile, windowsOf } from '../fixtures.ts';

interface Recurrent {
  readonly features: number;
  readonly steps: number;
  readonly units: number;
  readonly hidden: number;
  readonly classes: number;
  readonly rows: number;
  readonly baseline: number[];
  readonly window: number[];
  readonly state: Readonly<Record<string, number[]>>;
  readonly by_feature: number[][][];
  readonly by_step: number[][][];
  readonly answer: number[][];
  readonly base: number[];
}

const reference = golden<Recurrent>('integrated_gradients.json');

const net: Net = (net, { window }) => {
  const state = lstm(net, 'lstm', toSequence(net, window), { units: reference.units, last: true });
  const hidden = net.ops.tanh(dense(net, 'hidden', state, { units: reference.hidden }));
  return dense(net, 'head', hidden, { units: reference.classes });
};

/** The reference's net as it would serve. */
function recurrentModel(): Uint8Array {
  const { steps, features, state } = reference;
  const weights = Object.fromEntries(
    Object.entries(state).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  const graph = exportScores(net, { window: [steps, features] }, weights);
  return modelFile(graph, { ...contractOf(features), steps }, { logWeights: [0, 0, 0], temperature: 1 });
}

function windowsOfSteps(values: readonly number[], steps: number, features: number) {
  const table = windowsOf(values, features);
  const rows = values.length / (steps * features);
  return { ...table, steps, ends: Int32Array.from({ length: rows }, (_, row) => (row + 1) * steps - 1) };
}

function assertNear(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(got.length, expected.length);
  for (let at = 0; at < got.length; at += 1) {
    const difference = Math.abs(got[at] - expected[at]);
    assert.ok(difference <= tolerance, `${at}: ${got[at]} against ${expected[at]}`);
  }
}

test('a net’s integrated gradients are Captum’s, from the served file alone', async t => {
  const { steps, features, window, baseline, by_feature, by_step, answer, base } = reference;
  const model = recurrentModel();
  const session = await openSession(model);
  t.after(() => session.dispose());
  const explainer = explainerOf(model, session, baseline, 256);
  assert.equal(explainer.method, 'integrated-gradients');
  const found = await explainer.explain(windowsOfSteps(window, steps, features));
  assertNear(found.answer, answer.flat(), 1e-5);
  assertNear(found.base.subarray(0, 3), base, 1e-5);
  assertNear(found.features, by_feature.flat(2), 0.001);
  assert.ok(found.gap.every(gap => gap <= 0.01));
  // The last bar, the four before it, the five before those.
  const bands = by_step.map(row =>
    row.map(byStep => [
      byStep[9],
      byStep.slice(5, 9).reduce((sum, value) => sum + value, 0),
      byStep.slice(0, 5).reduce((sum, value) => sum + value, 0),
    ]),
  );
  assertNear(found.bands!, bands.flat(2), 0.002);
});

test('trees are explained by SHAP values of the served file, in calibrated log odds', async t => {
  const model = smallModel();
  const calibration = { logWeights: [0.2, -0.1, 0.4], temperature: 1.7 };
  const bytes = modelFile(treeScores(model), contractOf(3), calibration);
  const session = await openSession(bytes);
  t.after(() => session.dispose());
  const explainer = explainerOf(bytes, session, [null, null, null], 256);
  assert.equal(explainer.method, 'tree-shap');
  const x = Float32Array.of(0, 0, 5, 1, -2, Number.NaN);
  const { features, base, answer, bands, gap } = await explainer.explain(windowsOf(x, 3));
  const raw = treeContributions(model, x, 2);
  for (let row = 0; row < 2; row += 1) {
    for (let k = 0; k < 3; k += 1) {
      for (let feature = 0; feature < 3; feature += 1) {
        const of = (output: number) => raw[(row * 3 + output) * 4 + feature];
        const others = (of(0) + of(1) + of(2) - of(k)) / 2;
        assertNear([features[(row * 3 + k) * 3 + feature]], [(of(k) - others) / 1.7], 1e-7);
      }
      const sum = features.subarray((row * 3 + k) * 3, (row * 3 + k + 1) * 3).reduce((a, b) => a + b, 0);
      assertNear([base[row * 3 + k] + sum], [answer[row * 3 + k]], 1e-6);
    }
  }
  assert.equal(bands, null);
  assert.ok(gap.every(value => value < 1e-5));
});

test('a return’s contributions are returns, and those of trees that compare in float32 are exact too', async t => {
  const model = { ...modelOfClasses(2, [stump(0, 0.5), stump(1, 0.25)]), outputs: 1 };
  const trees = model.trees.map(tree => ({ ...tree, output: 0 }));
  const contract = { ...contractOf(2), task: 'return', classes: [] } as const;
  const graph = treeScores({ ...model, trees, goesLeft: 'below', precision: 'float32' });
  const bytes = modelFile(graph, contract, null);
  const session = await openSession(bytes);
  t.after(() => session.dispose());
  const found = await explainerOf(bytes, session, [0, 0], 256).explain(windowsOf([0.5, 0.25, 0.4, 0.3], 2));
  assert.deepEqual([...found.features], [0.5, 0.5, -0.5, 0.5]);
  assert.deepEqual(
    [[...found.base], [...found.answer]],
    [
      [0, 0],
      [1, 0],
    ],
  );
});

test('trees without covers, of files made elsewhere, are explained along the path', async t => {
  const model = modelOfClasses(3, [
    stump(0, 0.25, { leafValue: Float64Array.of(-1, 1) }),
    stump(1, -1),
    stump(2, 3),
  ]);
  const file = decodeModel(treeModelFile(model, contractOf(3)));
  for (const node of file.graph!.node!)
    node.attribute = node.attribute?.filter(({ name }) => name !== 'nodes_hitrates');
  const bytes = encodeModel(file);
  const session = await openSession(bytes);
  t.after(() => session.dispose());
  const explainer = explainerOf(bytes, session, [0, 0, 0], 256);
  assert.equal(explainer.method, 'integrated-gradients');
  const { features, gap } = await explainer.explain(windowsOf([1, 0, 0], 3));
  // Only the first feature crosses a threshold: class 0's score goes from −1 to 1, which is 2 over the others' mean.
  assertNear(features.subarray(0, 3), [2, 0, 0], 1e-5);
  assert.ok(gap[0] < 1e-5);
});

test('the log odds of two classes are log odds, and an underflowed probability stays finite', () => {
  assertNear(explainedScores('approve2', [0.2, 0.8]), [Math.log(0.25), Math.log(4)], 1e-12);
  assert.ok(explainedScores('direction3', [0, 0, 1]).every(Number.isFinite));
  assert.deepEqual([...explainedScores('return', [0.01])], [0.01]);
});
