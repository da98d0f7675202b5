import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { modelFile } from '../../models/onnx/model-file.ts';
import { decodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { readTrees } from '../../models/trees/onnx-trees.ts';
import type { TreeModel } from '../../models/trees/tree-model.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { CLASSES, contractOf, modelOfClasses, smallModel, stump } from './fixtures.ts';

const PLAIN = { logWeights: [0, 0, 0], temperature: 1 };

function graphOf(model: TreeModel, calibration = PLAIN) {
  return decodeModel(modelFile(treeScores(model), contractOf(3), calibration)).graph!;
}

test('a served file gives back the trees that it was made of, with their covers', () => {
  const threshold = fc.double({ min: -1, max: 1, noNaN: true });
  const tree = fc
    .record({ feature: fc.nat(2), threshold, missing: fc.nat(1), cover: fc.integer({ min: 2, max: 1e6 }) })
    .map(({ feature, threshold, missing, cover }) =>
      stump(feature, threshold, {
        missingLeft: Uint8Array.of(missing),
        splitCover: Float64Array.of(cover),
        leafCover: Float64Array.of(1, cover - 1),
      }),
    );
  fc.assert(
    fc.property(
      fc.array(tree, { minLength: 1, maxLength: 9 }),
      fc.constantFrom('at-most', 'below'),
      (trees, goesLeft) => {
        const model: TreeModel = { ...modelOfClasses(3, trees), goesLeft };
        assert.deepEqual(readTrees(graphOf(model), 3)?.model, model);
      },
    ),
    { numRuns: 50 },
  );
});

test('a served file gives back its calibration', () => {
  const served = readTrees(graphOf(smallModel(), { logWeights: [0.5, 0, -0.25], temperature: 2 }), 3)!;
  assert.deepEqual([Array.from(served.logWeights), served.inverseTemperature], [[0.5, 0, -0.25], 0.5]);
  const plain = readTrees(graphOf(smallModel()), 3)!;
  assert.deepEqual([Array.from(plain.logWeights), plain.inverseTemperature], [[0, 0, 0], 1]);
});

test('covers change no answer', async t => {
  const bare = { splitCover: Float64Array.of(0), leafCover: Float64Array.of(0, 0) };
  const answers = await Promise.all(
    [
      smallModel(),
      modelOfClasses(
        3,
        smallModel().trees.map(tree => ({ ...tree, ...bare })),
      ),
    ].map(async model => {
      const session = await openSession(modelFile(treeScores(model), contractOf(3), PLAIN));
      t.after(() => session.dispose());
      return await session.run(Float32Array.of(0.1, 0.2, 0.3, 1, -1, 4), 2);
    }),
  );
  assert.deepEqual(answers[0], answers[1]);
});

test('another graph, or trees laid out otherwise, are not taken for ours', () => {
  const changed = (change: (graph: ReturnType<typeof graphOf>) => void) => {
    const graph = graphOf(smallModel());
    change(graph);
    return readTrees(graph, 3);
  };
  const attribute = (graph: ReturnType<typeof graphOf>, name: string) =>
    graph
      .node!.find(({ opType }) => opType === 'TreeEnsembleRegressor')!
      .attribute!.find(entry => entry.name === name)!;
  assert.equal(
    changed(graph => graph.node!.splice(1, 0, { opType: 'Identity', input: ['row'], output: ['same'] })),
    null,
  );
  assert.equal(
    changed(graph => {
      attribute(graph, 'nodes_hitrates').name = 'other';
    }),
    null,
  );
  for (const mode of ['BRANCH_GT', 'BRANCH_LT']) {
    assert.equal(
      changed(graph => {
        attribute(graph, 'nodes_modes').strings![0] = mode;
      }),
      null,
    );
  }
  assert.equal(
    changed(graph => {
      attribute(graph, 'post_transform').s = 'SOFTMAX';
    }),
    null,
  );
  assert.equal(
    changed(graph => {
      attribute(graph, 'n_targets').name = 'aggregate_function';
    }),
    null,
  );
  assert.equal(
    changed(graph => attribute(graph, 'nodes_nodeids').ints!.reverse()),
    null,
  );
  assert.equal(
    changed(graph => {
      attribute(graph, 'target_ids').ints![1] = CLASSES.length - 1;
    }),
    null,
  );
});

test('trees that go in a circle are refused', () => {
  const graph = graphOf(smallModel());
  const ensemble = graph.node!.find(({ opType }) => opType === 'TreeEnsembleRegressor')!;
  ensemble.attribute!.find(({ name }) => name === 'nodes_truenodeids')!.ints![0] = 0;
  assert.throws(() => readTrees(graph, 3), { code: 'MODEL_INVALID' });
});
