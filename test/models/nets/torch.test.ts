import assert from 'node:assert/strict';
import test from 'node:test';
import { gru, lstm } from '../../../models/nets/layers/index.ts';
import { crossEntropy, type Loss, squaredError } from '../../../models/nets/losses.ts';
import type { Net } from '../../../models/nets/net.ts';
import { ADAM_DEFAULTS, adam, adamW, type Optimizer, sgd } from '../../../models/nets/optimizers.ts';
import { compileTraining, type TrainingSettings } from '../../../models/nets/training-graph.ts';
import { type Batch, TrainingSession } from '../../../models/nets/training-session.ts';
import { golden, type PackedArray, unpackFloat32, unpackFloat64, unpackInt32 } from '../../support/golden.ts';
import { cnnLstm, meanState, single, stacked, temporal, twoBranches } from './nets.ts';
import { fromTorch } from './torch-weights.ts';

interface Arrays {
  readonly [name: string]: PackedArray;
}

interface OracleNet {
  readonly parameters: Arrays;
  readonly gradients: Arrays;
  readonly parameters_after: Arrays;
  readonly buffers_after: Arrays;
  readonly logits: PackedArray;
  readonly logits_after_in_eval_mode: PackedArray;
  readonly loss: number;
  readonly losses_of_5_adamw_steps: readonly number[];
}

interface Oracle {
  readonly input: PackedArray;
  readonly target: PackedArray;
  readonly class_weights: readonly number[];
  readonly nets: Readonly<Record<string, OracleNet>>;
}

interface Curve {
  readonly input: PackedArray;
  readonly target: readonly number[];
  readonly parameters: Arrays;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly parameters_after: Arrays;
  readonly scores_after: PackedArray;
}

const oracle = golden<Oracle>('torch_nets.json');
const curves = golden<{ cases: Readonly<Record<string, Curve>> }>('torch_nets_curves.json').cases;
const batch = {
  window: Float32Array.from(unpackFloat64(oracle.input)),
  label: unpackInt32(oracle.target),
  rowWeight: new Float32Array(7).fill(1),
};
const weighted = crossEntropy({ classWeights: oracle.class_weights, smoothing: 0 });

const NETS: Readonly<Record<string, Net>> = {
  lstm: stacked(lstm, 12),
  gru: stacked(gru, 12),
  cnn_lstm: cnnLstm,
  two_branch_batchnorm: twoBranches({ channels: [6, 8], units: 12, dense: [16, 8] }),
};
const FLATTENED = { 'dense1.weight': [8, 5] } as const;

for (const [name, net] of Object.entries(NETS)) {
  const reference = oracle.nets[name];
  // A convolution's bias before batch normalisation changes nothing: its gradient is rounding, in PyTorch too.
  const hasNorm = 'bn1.weight' in reference.parameters;
  const isFree = (weight: string): boolean => hasNorm && /^conv\d\.bias$/.test(weight);

  test(`${name}: loss and gradients are PyTorch's`, async t => {
    const plain = sgd({ momentum: 0, weightDecay: 0 });
    const session = await open(net, 7, [20, 5], weighted, plain, null, reference.parameters);
    t.after(() => session.dispose());
    const before = session.state().tensors;
    const { loss } = await session.step(batch, 1, 0);
    near([loss], [reference.loss], 1e-5, 'loss');
    const after = session.state().tensors;
    for (const [weight, expected] of Object.entries(fromTorch(reference.gradients, FLATTENED))) {
      const gradient = before[weight].map((value, at) => value - after[weight][at]);
      near(gradient, expected, 1e-4, weight);
    }
  });

  test(`${name}: weights after five clipped steps of AdamW, and what they answer, are PyTorch's`, async t => {
    const optimizer = adamW({ ...ADAM_DEFAULTS, weightDecay: 0.01 });
    const session = await open(net, 7, [20, 5], weighted, optimizer, 0.5, reference.parameters);
    t.after(() => session.dispose());
    const logits = await session.evaluate({ window: batch.window }, 7);
    if (!hasNorm) near(logits, unpackFloat64(reference.logits), 1e-5, 'logits');
    const start = session.state();
    await session.step(batch, 0.01, 0);
    // The reference's running statistics saw one forward pass more than its weights made steps.
    const { tensors } = session.state();
    const seen = Object.entries(tensors).filter(([tensor]) => tensor.includes('running'));
    session.restore({ steps: 0, tensors: { ...start.tensors, ...Object.fromEntries(seen) } });
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) losses.push((await session.step(batch, 0.01, step)).loss);
    near(losses, reference.losses_of_5_adamw_steps, 1e-5, 'losses');
    const after = session.state().tensors;
    for (const [weight, expected] of Object.entries(fromTorch(reference.parameters_after, FLATTENED))) {
      near(after[weight], expected, isFree(weight) ? 2e-2 : 1e-4, weight);
    }
    for (const [buffer, expected] of Object.entries(fromTorch(reference.buffers_after))) {
      if (!buffer.endsWith('tracked')) near(after[buffer], expected, 2e-2, buffer);
    }
    const answer = await session.evaluate({ window: batch.window }, 7);
    near(answer, unpackFloat64(reference.logits_after_in_eval_mode), hasNorm ? 5e-3 : 1e-5, 'logits');
  });
}

const smoothed = crossEntropy({ classWeights: [1.3, 0.7, 1], smoothing: 0.1 });
const CURVES: Readonly<
  Record<string, { net: Net; loss: Loss; optimizer: Optimizer; rate: number; clip: number | null }>
> = {
  temporal: {
    net: temporal,
    loss: smoothed,
    optimizer: adam({ ...ADAM_DEFAULTS, weightDecay: 1e-2 }),
    rate: 3e-3,
    clip: null,
  },
  lstm: {
    net: single(lstm, 7),
    loss: smoothed,
    optimizer: sgd({ momentum: 0.9, weightDecay: 1e-3 }),
    rate: 0.1,
    clip: 1,
  },
  gru: {
    net: single(gru, 5),
    loss: smoothed,
    optimizer: adamW({ ...ADAM_DEFAULTS, weightDecay: 0.05 }),
    rate: 1e-2,
    clip: 0.3,
  },
  mean: {
    net: meanState(6),
    loss: squaredError(),
    optimizer: sgd({ momentum: 0, weightDecay: 0 }),
    rate: 0.05,
    clip: null,
  },
};

for (const [name, { net, loss, optimizer, rate, clip }] of Object.entries(CURVES)) {
  test(`${name}: 25 steps lead along PyTorch's curve`, async t => {
    const reference = curves[name];
    const [rows, ...dims] = reference.input.shape;
    const parameters = withPoolNames(reference.parameters);
    const session = await open(net, rows, dims, loss, optimizer, clip, parameters);
    t.after(() => session.dispose());
    const fed: Batch = {
      window: unpackFloat32(reference.input),
      rowWeight: new Float32Array(rows).fill(1),
      label: Int32Array.from(reference.target),
      target: Float32Array.from(reference.target),
    };
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step < reference.losses.length; step++) {
      const result = await session.step(fed, rate, step);
      losses.push(result.loss);
      norms.push(result.gradientNorm);
    }
    near(losses, reference.losses, 1e-5, 'losses');
    near(norms, reference.norms, 1e-4, 'norms');
    const after = session.state().tensors;
    for (const [weight, expected] of Object.entries(fromTorch(withPoolNames(reference.parameters_after))))
      near(after[weight], expected, 1e-4, weight);
    const answer = await session.evaluate({ window: fed.window }, rows);
    near(answer, unpackFloat32(reference.scores_after), 1e-4, 'scores');
  });
}

async function open(
  net: Net,
  rows: number,
  window: readonly number[],
  loss: Loss,
  optimizer: Optimizer,
  clipNorm: number | null,
  parameters: Arrays,
): Promise<TrainingSession> {
  const settings: TrainingSettings = {
    inputs: { window },
    batch: rows,
    evaluationBatch: 4,
    loss,
    optimizer,
    clipNorm,
    seed: 1,
  };
  const session = await TrainingSession.open(compileTraining(net, settings), 1);
  const { steps, tensors } = session.state();
  session.restore({ steps, tensors: { ...tensors, ...fromTorch(parameters, FLATTENED) } });
  return session;
}

/** Attention pooling's weights belong to the pool here, to the net there. The query is a matrix that needs no turning. */
function withPoolNames(parameters: Arrays): Arrays {
  const entries = Object.entries(parameters).map(([name, packed]) => {
    if (name === 'query') return ['pool.query', { ...packed, shape: [packed.shape[0]] }];
    return [name.replace(/^key\./, 'pool.key.'), packed];
  });
  return Object.fromEntries(entries);
}

function near(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(got.length, expected.length, what);
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    assert.ok(
      difference <= tolerance,
      `${what}[${i}]: ${got[i]} differs from ${expected[i]} by ${difference}`,
    );
  }
}
