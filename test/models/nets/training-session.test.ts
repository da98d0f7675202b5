import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import {
  dense,
  dropout,
  flattenRows,
  lstm,
  preprocess,
  toSequence,
} from '../../../models/nets/layers/index.ts';
import { crossEntropy, squaredError } from '../../../models/nets/losses.ts';
import type { Net } from '../../../models/nets/net.ts';
import { ADAM_DEFAULTS, adamW } from '../../../models/nets/optimizers.ts';
import { RandomStream } from '../../../models/nets/random-stream.ts';
import { compileTraining, type TrainingGraph } from '../../../models/nets/training-graph.ts';
import { type Batch, TrainingSession } from '../../../models/nets/training-session.ts';
import { twoBranches } from './nets.ts';

const ROWS = 8;
const WINDOW = [6, 3];

const net: Net = (net, { window }) => {
  const state = lstm(net, 'lstm', toSequence(net, window), { units: 5, last: true });
  return dense(net, 'head', dropout(net, 'drop', state, 0.4), { units: 3 });
};

function compiled(of: Net = net, seed = 3): TrainingGraph {
  return compileTraining(of, {
    inputs: { window: WINDOW },
    batch: ROWS,
    evaluationBatch: 4,
    loss: crossEntropy({ classWeights: [1, 1, 1], smoothing: 0 }),
    optimizer: adamW({ ...ADAM_DEFAULTS, weightDecay: 0.01 }),
    clipNorm: 1,
    seed,
  });
}

function batchOf(counter: number, rows = ROWS): Batch {
  const random = new RandomStream(9, 'data');
  return {
    window: random.normal(counter, new Float32Array(rows * WINDOW[0] * WINDOW[1])),
    label: Int32Array.from({ length: rows }, (_, row) => (row + counter) % 3),
    rowWeight: new Float32Array(rows).fill(1),
  };
}

async function train(session: TrainingSession, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) await session.step(batchOf(step), 0.01, step);
}

test('the same settings give the same bytes, and the same steps the same weights', async t => {
  const [one, two] = [compiled(), compiled()];
  assert.deepEqual(one, { ...two, optimizer: one.optimizer });
  const first = await TrainingSession.open(one, 2);
  t.after(() => first.dispose());
  const second = await TrainingSession.open(two, 2);
  t.after(() => second.dispose());
  await train(first, 0, 5);
  await train(second, 0, 5);
  assert.deepEqual(first.state(), second.state());
});

test('another seed gives other first weights', () => {
  assert.notDeepEqual(compiled(net, 3).state[0].initial, compiled(net, 4).state[0].initial);
});

test('a training that is resumed from a saved state goes on as if undisturbed, dropout included', async t => {
  const graph = compiled(twoBranchNet);
  const whole = await TrainingSession.open(graph, 1);
  t.after(() => whole.dispose());
  await train(whole, 0, 6);
  const before = await TrainingSession.open(graph, 1);
  t.after(() => before.dispose());
  await train(before, 0, 3);
  const saved = structuredClone(before.state());
  const after = await TrainingSession.open(graph, 1);
  t.after(() => after.dispose());
  after.restore(saved);
  await train(after, 3, 6);
  assert.deepEqual(after.state(), whole.state());
});

test('a step whose loss is not finite leaves the state as it was, and the next one goes on', async t => {
  const session = await TrainingSession.open(compiled(twoBranchNet), 1);
  t.after(() => session.dispose());
  await train(session, 0, 2);
  const before = session.state();
  const bad = { ...batchOf(2), window: batchOf(2).window.map(() => Number.NaN) as Float32Array };
  const dropped = await session.step(bad, 0.01, 2);
  assert.equal(dropped.isApplied, false);
  assert.deepEqual(session.state(), before);
  const next = await session.step(batchOf(3), 0.01, 3);
  assert.ok(next.isApplied && Number.isFinite(next.loss));
  assert.equal(session.steps, 3);
});

test('a gradient too large for float32 drops the step', async t => {
  const linear: Net = (net, { window }) => dense(net, 'head', flattenRows(net, window), { units: 1 });
  const graph = compileTraining(linear, {
    inputs: { window: WINDOW },
    batch: ROWS,
    evaluationBatch: 4,
    loss: squaredError(),
    optimizer: adamW(ADAM_DEFAULTS),
    clipNorm: null,
    seed: 1,
  });
  const session = await TrainingSession.open(graph, 1);
  t.after(() => session.dispose());
  const window = new Float32Array(ROWS * 18).fill(1e18);
  const before = session.state();
  const rows = { window, target: new Float32Array(ROWS), rowWeight: new Float32Array(ROWS).fill(1) };
  assert.equal((await session.step(rows, 0.1, 0)).isApplied, false);
  assert.deepEqual(session.state(), before);
});

test('dropout is drawn by its counter, and evaluation has none', async t => {
  const session = await TrainingSession.open(compiled(), 1);
  t.after(() => session.dispose());
  const start = session.state();
  const lossOf = async (draw: number): Promise<number> => {
    session.restore(start);
    return (await session.step(batchOf(0), 0, draw)).loss;
  };
  const [one, again, other] = [await lossOf(4), await lossOf(4), await lossOf(5)];
  assert.equal(one, again);
  assert.notEqual(one, other);
  const { window } = batchOf(0);
  assert.deepEqual(await session.evaluate({ window }, ROWS), await session.evaluate({ window }, ROWS));
});

test('rows are evaluated in any number, each as it is alone', async t => {
  const session = await TrainingSession.open(compiled(twoBranchNet), 1);
  t.after(() => session.dispose());
  await train(session, 0, 3);
  const { window } = batchOf(1, 11);
  const all = await session.evaluate({ window }, 11);
  for (const row of [0, 5, 10]) {
    const alone = await session.evaluate({ window: window.slice(row * 18, (row + 1) * 18) }, 1);
    for (let k = 0; k < 3; k++) assert.ok(Math.abs(alone[k] - all[row * 3 + k]) < 1e-6);
  }
  assert.equal((await session.evaluate({ window: new Float32Array(0) }, 0)).length, 0);
});

test('missing values are trained and evaluated as the mean', async t => {
  const means = [2, -1, 0.5];
  const learnt: Net = (inner, { window }) =>
    net(inner, { window: preprocess(inner, window, { mean: means, deviation: [2, 1, 3], clip: 3 }) });
  const session = await TrainingSession.open(compiled(learnt), 1);
  t.after(() => session.dispose());
  const given = batchOf(0).window as Float32Array;
  const holes = given.map((value, at) => (at % 4 === 0 ? Number.NaN : value));
  const filled = given.map((value, at) => (at % 4 === 0 ? means[at % 3] : value));
  assert.deepEqual(
    await session.evaluate({ window: holes }, ROWS),
    await session.evaluate({ window: filled }, ROWS),
  );
  assert.ok((await session.step({ ...batchOf(0), window: holes }, 0.01, 0)).isApplied);
});

test('a batch of another form is refused with what is expected', async t => {
  const session = await TrainingSession.open(compiled(), 1);
  t.after(() => session.dispose());
  const wrong: readonly (readonly [Batch, RegExp])[] = [
    [batchOf(0, 7), /window must be 144 numbers \(float32\), got 126/],
    [{ ...batchOf(0), label: new Float32Array(ROWS) }, /label must be 8 numbers \(int32\)/],
    [{ window: batchOf(0).window }, /label must be 8 numbers \(int32\), got none/],
  ];
  for (const [batch, message] of wrong)
    await assert.rejects(session.step(batch, 0.01, 0), refusal('SCHEMA_MISMATCH', message));
  await assert.rejects(
    session.evaluate({ window: new Float32Array(10) }, 1),
    refusal('SCHEMA_MISMATCH', /1 rows of window are 18 numbers, got 10/),
  );
});

test('a state that does not fit is refused and changes nothing', async t => {
  const session = await TrainingSession.open(compiled(), 1);
  t.after(() => session.dispose());
  const before = session.state();
  const { 'head.bias': _, ...tensors } = before.tensors;
  assert.throws(() => session.restore({ steps: 1, tensors }), refusal('ARTIFACT_CORRUPT', /head.bias/));
  const short = { ...before.tensors, 'lstm.bias_ih': new Float32Array(3) };
  assert.throws(
    () => session.restore({ steps: 1, tensors: short }),
    refusal('ARTIFACT_CORRUPT', /lstm.bias_ih must be 20 numbers, got 3/),
  );
  assert.deepEqual(session.state(), before);
});

function twoBranchNet(...args: Parameters<Net>): ReturnType<Net> {
  return twoBranches({ channels: [4, 4], units: 3, dense: [6, 5] })(...args);
}

function refusal(code: string, message: RegExp): (error: unknown) => boolean {
  return error => error instanceof AlphaloomError && error.code === code && message.test(error.message);
}
