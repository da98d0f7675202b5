import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import type { Task } from '../../../contracts/tasks.ts';
import { dense, gru, lstm, toSequence } from '../../../models/nets/layers/index.ts';
import type { Net } from '../../../models/nets/net.ts';
import { ADAM_DEFAULTS, adamW, sgd } from '../../../models/nets/optimizers.ts';
import { writeCheckpoint } from '../../../models/nets/training/checkpoints.ts';
import { fitNet } from '../../../models/nets/training/fit-net.ts';
import { firstState } from '../../../models/nets/training/fit-state.ts';
import { plateauStart, type RateSettings } from '../../../models/nets/training/learning-rate.ts';
import type { NetRows } from '../../../models/nets/training/net-rows.ts';
import { classObjective, returnObjective } from '../../../models/nets/training/objective.ts';
import { compileTraining } from '../../../models/nets/training-graph.ts';
import { golden, type PackedArray, unpackFloat32, unpackInt32 } from '../../support/golden.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

interface Curve {
  readonly kind: 'gru' | 'lstm';
  readonly task: Task;
  readonly features: number;
  readonly steps: number;
  readonly units: number;
  readonly batch: number;
  readonly epochs: number;
  readonly trainingRows: number;
  readonly values: PackedArray;
  readonly ends: PackedArray;
  readonly label: PackedArray;
  readonly target: PackedArray;
  readonly rowWeight: PackedArray;
  readonly classWeights: readonly number[];
  readonly smoothing: number;
  readonly lr: number;
  readonly floor: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly warmUpSteps: number;
  readonly clipNorm: number;
  readonly order: PackedArray;
  readonly initial: Readonly<Record<string, PackedArray>>;
  readonly losses: { readonly training: readonly number[]; readonly validation: readonly number[] };
  readonly final: Readonly<Record<string, PackedArray>>;
}

const CURVES = golden<Record<'gru_adamw_cosine' | 'lstm_sgd_plateau', Curve>>('torch_training.json');
const IDENTITY = 'a'.repeat(64);

for (const name of ['gru_adamw_cosine', 'lstm_sgd_plateau'] as const) {
  test(`${name}: losses of every epoch and the weights in the end are PyTorch’s`, async t => {
    const curve = CURVES[name];
    const { plan, initial } = planOf(curve, join(await temporaryHome(t), 'work'));
    await writeCheckpoint(plan.workFolder, IDENTITY, {
      ...{ state: firstState(plateauStart(plan.rates)), best: null },
      last: initial,
    });
    const hooks = { onProgress: () => {}, monotonicMs: () => 0 };
    const { state, last } = await fitNet(plan, hooks);
    near(state.losses.training, curve.losses.training, 1e-5);
    near(state.losses.validation, curve.losses.validation, 1e-5);
    for (const [tensor, packed] of Object.entries(curve.final)) {
      near([...last[tensor]], [...unpackFloat32(packed)], 1e-4);
    }
  });
}

function planOf(curve: Curve, workFolder: string) {
  const isReturn = curve.task === 'return';
  const objective = isReturn
    ? returnObjective('huber', 1)
    : classObjective({ ...curve, isWeighted: true, gamma: 0 });
  const { weightDecay, momentum } = curve;
  const graph = compileTraining(netOf(curve), {
    inputs: { window: [curve.steps, curve.features] },
    ...{ batch: curve.batch, evaluationBatch: 16, loss: objective.loss },
    optimizer: isReturn ? sgd({ momentum, weightDecay }) : adamW({ ...ADAM_DEFAULTS, weightDecay }),
    ...{ clipNorm: curve.clipNorm, seed: 1 },
  });
  const order = unpackInt32(curve.order);
  const rates: RateSettings = {
    schedule: isReturn ? 'plateau' : 'cosine',
    ...{ peak: curve.lr, floor: curve.floor, factor: 0.5, patience: 0 },
    warmUpSteps: isReturn ? 0 : curve.warmUpSteps,
    steps: curve.epochs * Math.floor(curve.trainingRows / curve.batch),
  };
  const given = Object.entries(curve.initial).map(([name, packed]) => [name, unpackFloat32(packed)]);
  return {
    plan: {
      ...{ graph, threads: 1, objective, rates, epochs: curve.epochs, patience: curve.epochs },
      training: rowsOf(curve, 0, curve.trainingRows),
      validation: rowsOf(curve, curve.trainingRows, curve.ends.shape[0]),
      order: (epoch: number) => order.subarray((epoch - 1) * curve.trainingRows, epoch * curve.trainingRows),
      ...{ workFolder, identity: IDENTITY },
    },
    initial: {
      ...Object.fromEntries(graph.state.map(({ name, initial }) => [name, initial])),
      ...Object.fromEntries(given),
    },
  };
}

function netOf({ kind, units, task }: Curve): Net {
  return (net, { window }) => {
    const layer = kind === 'gru' ? gru : lstm;
    const state = layer(net, `${kind}1`, toSequence(net, window), { units, last: true });
    return dense(net, 'head', state, { units: task === 'return' ? 1 : 3 });
  };
}

function rowsOf(curve: Curve, from: number, to: number): NetRows {
  const packed = unpackFloat32(curve.values);
  const values = new Float32Array(new SharedArrayBuffer(packed.byteLength));
  values.set(packed);
  return {
    windows: {
      values,
      ends: unpackInt32(curve.ends).slice(from, to),
      steps: curve.steps,
      features: curve.features,
    },
    label: unpackInt32(curve.label).slice(from, to),
    target: curve.task === 'return' ? unpackFloat32(curve.target).slice(from, to) : null,
    weight: unpackFloat32(curve.rowWeight).slice(from, to),
  };
}

function near(ours: readonly (number | null)[], theirs: readonly number[], tolerance: number): void {
  assert.equal(ours.length, theirs.length);
  for (const [at, value] of theirs.entries()) {
    assert.ok(Math.abs(ours[at]! - value) <= tolerance, `${at}: ${ours[at]} against ${value}`);
  }
}
