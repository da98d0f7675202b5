import assert from 'node:assert/strict';
import test from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Graph } from '../../../models/nets/graph.ts';
import { InputBuilder } from '../../../models/nets/input-builder.ts';
import {
  DATA_TYPE,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../../../models/onnx/messages.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { clippedLoss } from '../../../models/reinforcement/clipped-loss.ts';
import { near } from '../../support/near.ts';
import { oracle } from './oracle.ts';

const ROWS = oracle.log_prob_new.length;
const ADVANTAGE = oracle['normalised_advantages_ddof1_eps1e-8'];
const COEFFICIENTS = { clipRange: oracle.clip, entropyCoefficient: 0.5, valueCoefficient: 0.25 };

interface Rows {
  /** Log probabilities of the three actions, a row after the other; scores are these plus any number per row. */
  readonly logProbabilities: readonly number[];
  readonly action: readonly number[];
  readonly value: readonly number[];
  readonly advantage: readonly number[];
  readonly oldLogProbability: readonly number[];
  readonly policyWeight: readonly number[];
  readonly valueTarget: readonly number[];
}

test('the policy loss is the reference’s: to 1e-6 in float32, to 1e-12 by the same graph in float64', async () => {
  const rows = oracleRows();
  near((await lossOf(rows, 'float32')).policyLoss, oracle.policy_loss, 1e-6);
  near((await lossOf(rows, 'float64')).policyLoss, oracle.policy_loss, 1e-12);
});

test('the loss is policy loss − entropy + squared error of the value, by their coefficients', async () => {
  const rows = oracleRows();
  const { loss, policyLoss, valueLoss, entropy, kl } = await lossOf(rows, 'float64');
  near(loss, policyLoss - 0.5 * entropy + 0.25 * valueLoss);
  near(valueLoss, mean(rows.value.map((value, row) => (value - rows.valueTarget[row]) ** 2)));
  near(entropy, -mean(rows.logProbabilities.map(log => 3 * Math.exp(log) * log)));
  const logRatio = oracle.log_prob_new.map((log, row) => log - oracle.log_prob_old[row]);
  near(kl, mean(logRatio.map(log => Math.exp(log) - 1 - log)));
});

test('rows that weigh nothing teach the critic alone', async () => {
  const rows = oracleRows();
  const half = rows.policyWeight.map((_, row) => (row % 2 ? 0 : 2 / ROWS));
  const weighed = await lossOf({ ...rows, policyWeight: half }, 'float64');
  const without = await lossOf(
    { ...rows, policyWeight: half, advantage: odd(rows.advantage, 1e3) },
    'float64',
  );
  assert.deepEqual(without, weighed);
  const otherValue = await lossOf({ ...rows, policyWeight: half, value: odd(rows.value, 7) }, 'float64');
  assert.notEqual(otherValue.valueLoss, weighed.valueLoss);
});

test('gradients are those of finite differences, on both sides of the clip', async () => {
  const rows = oracleRows();
  const { gradient } = await lossOf(rows, 'float64');
  const step = 1e-6;
  for (const at of [0, 1, 2, 7, 40, 77, 110, 4 * ROWS - 1]) {
    const at3 = Math.floor(at / 4) * 3 + (at % 4);
    const shifted = (by: number): Rows =>
      at % 4 === 3
        ? { ...rows, value: rows.value.with(Math.floor(at / 4), rows.value[Math.floor(at / 4)] + by) }
        : { ...rows, logProbabilities: rows.logProbabilities.with(at3, rows.logProbabilities[at3] + by) };
    const up = await lossOf(shifted(step), 'float64');
    const down = await lossOf(shifted(-step), 'float64');
    near(gradient[at], (up.loss - down.loss) / (2 * step), 1e-8);
  }
});

/** The chosen action has the oracle's probability, the two others share the rest. */
function oracleRows(): Rows {
  const action = Array.from({ length: ROWS }, (_, row) => row % 3);
  return {
    logProbabilities: action.flatMap((chosen, row) => {
      const log = oracle.log_prob_new[row];
      const rest = Math.log((1 - Math.exp(log)) / 2);
      return [0, 1, 2].map(at => (at === chosen ? log : rest));
    }),
    action,
    value: oracle.values_51.slice(0, ROWS),
    advantage: ADVANTAGE,
    oldLogProbability: oracle.log_prob_old,
    policyWeight: new Array(ROWS).fill(1 / ROWS),
    valueTarget: oracle.returns,
  };
}

/** Loss, monitors and the gradient of the scores `[rows, 4]`. */
async function lossOf(rows: Rows, precision: 'float32' | 'float64') {
  const builder = new InputBuilder(new Graph(), 'training', 1);
  const scores = builder.tape.track(builder.graph.input('scores', [ROWS, 4]));
  const loss = clippedLoss(COEFFICIENTS);
  const inputs = Object.entries(loss.inputs).map(([name, { type }]) => [
    name,
    builder.graph.input(name, [ROWS], type),
  ]);
  const built = loss.build(builder, scores, Object.fromEntries(inputs));
  const { policyLoss, valueLoss, entropy, kl } = built.monitors;
  const gradient = builder.tape.gradients(built.loss, [scores])[0];
  const values = { loss: built.loss, policyLoss, valueLoss, entropy, kl, gradient };
  const names = Object.entries(values).map(([what, value]) => [what, builder.graph.output(value)]);
  const model: ModelProto = {
    irVersion: 9,
    opsetImport: [{ domain: '', version: 20 }],
    graph: builder.graph.toProto('loss', true),
  };
  const session = await InferenceSession.create(
    encodeModel(precision === 'float64' ? inFloat64(model) : model),
    { logSeverityLevel: 4 },
  );
  const numbers = (values: readonly number[], dims: readonly number[]) =>
    precision === 'float64'
      ? new Tensor('float64', Float64Array.from(values), dims)
      : new Tensor('float32', Float32Array.from(values), dims);
  // Softmax takes a number added to all scores of a row away again.
  const all = rows.value.flatMap((value, row) => [
    ...rows.logProbabilities.slice(3 * row, 3 * row + 3).map(log => log + (row % 5)),
    value,
  ]);
  const answer = await session.run({
    scores: numbers(all, [ROWS, 4]),
    action: new Tensor('int32', Int32Array.from(rows.action), [ROWS]),
    advantage: numbers(rows.advantage, [ROWS]),
    oldLogProbability: numbers(rows.oldLogProbability, [ROWS]),
    policyWeight: numbers(rows.policyWeight, [ROWS]),
    valueTarget: numbers(rows.valueTarget, [ROWS]),
  });
  await session.release();
  const read = Object.fromEntries(
    names.map(([what, name]) => [what, [...(answer[name].data as Float64Array)]]),
  );
  return {
    loss: read.loss[0],
    policyLoss: read.policyLoss[0],
    valueLoss: read.valueLoss[0],
    entropy: read.entropy[0],
    kl: read.kl[0],
    gradient: read.gradient,
  };
}

/** The same graph over doubles: types of inputs, outputs and constants, and operators that know float32 alone. */
function inFloat64(model: ModelProto): ModelProto {
  const { graph } = decodeModel(encodeModel(model));
  for (const { type } of [...graph!.input!, ...graph!.output!])
    if (type!.tensorType!.elemType === DATA_TYPE.float32) type!.tensorType!.elemType = DATA_TYPE.float64;
  for (const tensor of graph!.initializer ?? []) {
    if (tensor.dataType !== DATA_TYPE.float32) continue;
    const values = new Float32Array(new Uint8Array(tensor.rawData!).buffer);
    tensor.dataType = DATA_TYPE.float64;
    // Constants such as 0.2 are meant, not their float32 neighbours.
    tensor.rawData = new Uint8Array(Float64Array.from(values, value => Number(value.toPrecision(7))).buffer);
  }
  for (const { opType, attribute = [] } of graph!.node!)
    if (opType === 'Cast')
      for (const to of attribute) if (to.i === DATA_TYPE.float32) to.i = DATA_TYPE.float64;
  graph!.node = graph!.node!.flatMap(node =>
    node.opType === 'HardSigmoid' ? plainHardSigmoid(node) : [node],
  );
  const bounds = [0, 1].map(bound => scalar(`bound_${bound}`, bound));
  graph!.initializer = [...graph!.initializer!, ...bounds];
  return { ...model, graph };
}

/** max(0, min(1, αx + β)) */
function plainHardSigmoid({ input, output, attribute }: NodeProto): NodeProto[] {
  const [name] = output!;
  const constant = (what: string): NodeProto => {
    const { f } = attribute!.find(candidate => candidate.name === what)!;
    return {
      opType: 'Constant',
      output: [`${name}_${what}`],
      attribute: [{ name: 'value', type: 4, t: scalar('', f!) }],
    };
  };
  return [
    constant('alpha'),
    constant('beta'),
    { opType: 'Mul', input: [input![0], `${name}_alpha`], output: [`${name}_steep`] },
    { opType: 'Add', input: [`${name}_steep`, `${name}_beta`], output: [`${name}_line`] },
    { opType: 'Clip', input: [`${name}_line`, 'bound_0', 'bound_1'], output: [name] },
  ];
}

function scalar(name: string, value: number): TensorProto {
  return { name, dims: [], dataType: DATA_TYPE.float64, doubleData: [value] };
}

/** Every second value moved. */
function odd(values: readonly number[], by: number): number[] {
  return values.map((value, row) => (row % 2 ? value + by : value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
