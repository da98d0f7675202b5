import assert from 'node:assert/strict';
import test from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { noCalibration } from '../../../models/decision/calibration.ts';
import { gru, layerNorm, lstm, preprocess } from '../../../models/nets/layers/index.ts';
import { crossEntropy } from '../../../models/nets/losses.ts';
import type { Net } from '../../../models/nets/net.ts';
import { ADAM_DEFAULTS, adamW } from '../../../models/nets/optimizers.ts';
import { RandomStream } from '../../../models/nets/random-stream.ts';
import { exportScores } from '../../../models/nets/score-export.ts';
import { compileTraining } from '../../../models/nets/training-graph.ts';
import { TrainingSession } from '../../../models/nets/training-session.ts';
import { ALLOWED_OPERATORS } from '../../../models/onnx/allowed-operators.ts';
import { DATA_TYPE } from '../../../models/onnx/messages.ts';
import { modelFile } from '../../../models/onnx/model-file.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { openSession } from '../../../models/onnx/session.ts';
import { contractOf } from '../fixtures.ts';
import { cnnLstm, single, stacked, temporal, twoBranches } from './nets.ts';

const STEPS = 20;
const FEATURES = 5;
const WIDTH = STEPS * FEATURES;
const ROWS = 34;

/** Statistics as of features in very different units. */
const learnt = {
  mean: [100, -3, 0, 1e-3, 5],
  deviation: [20, 1, 0.5, 1e-4, 3],
  clip: 4,
};

const NETS: Readonly<Record<string, Net>> = {
  'two layers of LSTM': stacked(lstm, 12),
  'two layers of GRU': stacked(gru, 12),
  'an LSTM of 33 units': single(lstm, 33),
  'convolutions and LSTM': cnnLstm,
  'two branches with batch normalisation': twoBranches({ channels: [6, 8], units: 12, dense: [16, 8] }),
  'dilated causal convolutions with attention pooling': temporal,
  'raw features, normalised': (net, { window }) =>
    stacked(gru, 7)(net, { window: layerNorm(net, 'norm', preprocess(net, window, learnt)) }),
};

for (const [name, net] of Object.entries(NETS)) {
  test(`exported, ${name} answer as in training, and each row as it does alone`, async () => {
    const { state, scores, x } = await trained(net);
    const exported = exportScores(net, { window: [STEPS, FEATURES] }, state);
    for (const { opType } of exported.nodes)
      assert.ok(ALLOWED_OPERATORS[''].has(opType!), `${opType} may be served`);
    const run = await serve(exported);
    const all = await run(x, ROWS);
    for (const [at, score] of all.entries())
      assert.ok(Math.abs(score - scores[at]) <= 1e-5, `score ${at}: ${score}, in training ${scores[at]}`);
    for (let row = 0; row < ROWS; row++) {
      const alone = await run(x.slice(row * WIDTH, (row + 1) * WIDTH), 1);
      assert.deepEqual(alone, all.slice(row * 3, row * 3 + 3));
    }
  });
}

test('an exported net passes as a model that is served', async () => {
  const { state, scores, x } = await trained(NETS['two branches with batch normalisation']);
  const exported = exportScores(
    NETS['two branches with batch normalisation'],
    { window: [STEPS, FEATURES] },
    state,
  );
  const contract = { ...contractOf(FEATURES), steps: STEPS };
  const session = await openSession(modelFile(exported, contract, noCalibration(3)));
  const probabilities = await session.run(x, ROWS);
  for (let row = 0; row < ROWS; row++) {
    const powers = [...scores.subarray(3 * row, 3 * row + 3)].map(Math.exp);
    const total = powers[0] + powers[1] + powers[2];
    for (let k = 0; k < 3; k++) assert.ok(Math.abs(probabilities[3 * row + k] - powers[k] / total) < 1e-5);
  }
  await session.dispose();
});

test('an export is the same bytes again', async () => {
  const { state } = await trained(NETS['two layers of GRU']);
  const bytes = (): Uint8Array =>
    modelOf(exportScores(NETS['two layers of GRU'], { window: [STEPS, FEATURES] }, state));
  assert.deepEqual(bytes(), bytes());
});

test('a state without one of the weights can’t be exported', () => {
  assert.throws(
    () => exportScores(single(lstm, 4), { window: [STEPS, FEATURES] }, {}),
    /the trained state has no rnn.0.weight_ih/,
  );
});

async function trained(
  net: Net,
): Promise<{ state: Readonly<Record<string, Float32Array>>; scores: Float32Array; x: Float32Array }> {
  const graph = compileTraining(net, {
    inputs: { window: [STEPS, FEATURES] },
    batch: 8,
    evaluationBatch: ROWS,
    loss: crossEntropy({ classWeights: [1, 1, 1], smoothing: 0 }),
    optimizer: adamW(ADAM_DEFAULTS),
    clipNorm: 1,
    seed: 2,
  });
  const session = await TrainingSession.open(graph, 1);
  const x = new RandomStream(8, 'x').normal(0, new Float32Array(ROWS * WIDTH));
  const label = Int32Array.from({ length: 8 }, (_, row) => row % 3);
  const rowWeight = new Float32Array(8).fill(1);
  for (let step = 0; step < 10; step++) {
    const window = x.subarray(step * WIDTH, (step + 8) * WIDTH).slice();
    await session.step({ window, label, rowWeight }, 0.01, step);
  }
  const scores = await session.evaluate({ window: x }, ROWS);
  const { tensors } = session.state();
  await session.dispose();
  return { state: tensors, scores, x };
}

type Exported = ReturnType<typeof exportScores>;

function modelOf({ nodes, initializers, scores, opset }: Exported): Uint8Array {
  const float = (name: string, dims: readonly number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: DATA_TYPE.float32,
        shape: { dim: [{ dimParam: 'batch' }, ...dims.map(dimValue => ({ dimValue }))] },
      },
    },
  });
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'scores',
      node: [...nodes],
      initializer: [...initializers],
      input: [float('window', [STEPS, FEATURES])],
      output: [float(scores, [3])],
    },
  });
}

/** As models are served: one thread. */
async function serve(exported: Exported): Promise<(x: Float32Array, rows: number) => Promise<Float32Array>> {
  const session = await InferenceSession.create(modelOf(exported), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  });
  return async (x, rows) => {
    const answer = await session.run({ window: new Tensor('float32', x, [rows, STEPS, FEATURES]) });
    return Float32Array.from(answer[exported.scores].data as Float32Array);
  };
}
