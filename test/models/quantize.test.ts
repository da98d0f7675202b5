import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LIKELIEST } from '../../contracts/decision.ts';
import { withServing } from '../../models/onnx/contract.ts';
import type { ModelProto } from '../../models/onnx/messages.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { float32Tensor, float32Values } from '../../models/onnx/tensor-values.ts';
import { keepsRowsApart } from '../../models/quantize/measurement.ts';
import { quantizeModel } from '../../models/quantize/quantize-model.ts';
import { quantizeSymmetric } from '../../models/quantize/symmetric-int8.ts';
import { makeVariant, VARIANTS } from '../../models/quantize/variants.ts';
import { contractOf, OUTPUT, smallModel, treeModelFile, windowsOf } from './fixtures.ts';
import { operator, randomTensor, randomWindows, smallNet } from './net-fixtures.ts';

const TOLERANCE = { minAgreement: 0.97, maxProbabilityDifference: 0.05, maxLatencyMs: 50 };
const calibration = randomWindows(100, 11);
const validation = randomWindows(120, 12);
const net = smallNet();
const given = { calibration, validation, decision: LIKELIEST, tolerance: TOLERANCE };

test('trees are passed on as they are, with their size and latency, and the reason', async () => {
  const model = treeModelFile(smallModel(), contractOf(3));
  const windows = windowsOf(
    Float32Array.from({ length: 15 }, (_, at) => at / 4),
    3,
  );
  const result = await quantizeModel({
    ...given,
    ...{ model, calibration: windows, validation: windows, monotonicMs: tickingClock(2) },
  });
  assert.equal(result.model, model);
  assert.deepEqual(
    result.variants.map(({ variant, chosen, measures }) => ({ variant, chosen, ...measures })),
    [
      {
        variant: 'fp32',
        chosen: true,
        bytes: model.length,
        serving: 'whole-batch',
        loadMs: 2,
        latencyMs1: 2,
        latencyMs34: 2,
        fastestMs1: 2,
        agreement: 1,
        maxProbabilityDifference: 0,
      },
    ],
  );
  assert.match(result.chosen.reason, /^Nothing to quantize/);
});

test('a net gets every variant, each measured; the smallest within tolerance is taken, and each says why', async () => {
  const { chosen, variants, model } = await quantized(net);
  assert.deepEqual(
    variants.map(({ variant, measures }) => [variant, measures?.serving]),
    [
      ['fp32', 'whole-batch'],
      ['fp16-weights', 'whole-batch'],
      ['int8-weights', 'whole-batch'],
      ['int8-static', 'whole-batch'],
      ['int8-dynamic', 'row-by-row'],
    ],
  );
  assert.equal(chosen.variant, 'int8-weights');
  assert.equal(chosen.bytes, model.length);
  assert.match(chosen.reason, /^The smallest within tolerance: \d+ bytes, 3\.\d times smaller/);
  for (const { variant, measures, reason } of variants) {
    assert.ok(measures && measures.agreement >= 0.97, `${variant} ${measures?.agreement}`);
    assert.ok(measures.maxProbabilityDifference < 0.05, `${variant} ${measures.maxProbabilityDifference}`);
    assert.match(reason, /\.$/);
  }
});

test('every variant gives a row the same bits alone and among 34, as it is served', async () => {
  for (const variant of VARIANTS) {
    const session = await openSession(served(await made(variant.name, net), variant.serving));
    try {
      assert.ok(await keepsRowsApart(session, validation), variant.name);
    } finally {
      await session.dispose();
    }
  }
});

test('dynamic quantization is run row by row, because in a batch rows would change one another', async () => {
  const session = await openSession(served(await made('int8-dynamic', net), 'whole-batch'));
  try {
    assert.equal(await keepsRowsApart(session, validation), false);
  } finally {
    await session.dispose();
  }
});

test('a float model whose rows see one another is marked to be run row by row, and so are its variants', async () => {
  const graph = net.graph!;
  const centred: ModelProto = {
    ...net,
    graph: {
      ...graph,
      node: [
        ...graph.node!.filter(({ opType }) => opType !== 'Softmax'),
        operator('ReduceMean', ['scores'], ['mean'], { axes: [0], keepdims: 1 }),
        operator('Sub', ['scores', 'mean'], ['centred']),
        operator('Softmax', ['centred'], [OUTPUT]),
      ],
    },
  };
  const { variants, model } = await quantized(centred);
  assert.ok(variants.every(({ measures }) => measures?.serving === 'row-by-row'));
  const session = await openSession(model);
  try {
    assert.ok(await keepsRowsApart(session, validation));
  } finally {
    await session.dispose();
  }
});

test('the same model gives the same bytes, however fast the machine is', async () => {
  const [quick, slow] = [await quantized(net, tickingClock(0.01)), await quantized(net, tickingClock(49))];
  assert.deepEqual(quick.model, slow.model);
});

test('a variant that is always over the latency ceiling is left out and says so; the float model never is', async () => {
  const { chosen, variants } = await quantized(net, tickingClock(51));
  assert.equal(chosen.variant, 'fp32');
  assert.match(variants[2].reason, /fastest run of one row takes more than the 50 ms/);
});

test('weights come back within half a step of their channel', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
        minLength: 1,
        maxLength: 60,
      }),
      (channels, numbers) => {
        const inputs = Math.max(1, Math.floor(numbers.length / channels));
        const values = Float32Array.from({ length: channels * inputs }, (_, at) => numbers[at] ?? 0);
        const dims = [channels, inputs];
        const tensor = { ...float32Tensor('w', dims, values), name: 'w', dims };
        const int8 = quantizeSymmetric({ tensor, values, summedAxes: [1] });
        for (const [at, value] of values.entries()) {
          const scale = int8.scales[Math.floor(at / inputs)];
          assert.ok(scale > 0 && Number.isFinite(scale));
          const error = Math.abs(int8.values[at] * scale - value);
          assert.ok(error <= 0.5 * scale * (1 + 1e-5) + 127 * 2 ** -126, `${value} is off by ${error}`);
        }
      },
    ),
  );
});

test('a weight beyond float16’s range stays float32, and one with an infinity is left alone', async () => {
  const huge = withTensor(net, 'dense', values => values.fill(70_000, 0, 1));
  const names = (model: ModelProto) => model.graph!.initializer!.map(({ name }) => name);
  assert.ok(names(await made('fp16-weights', huge)).includes('dense'));
  assert.ok(names(await made('fp16-weights', huge)).includes('hidden/float16'));
  const infinite = withTensor(net, 'dense', values => values.fill(Number.POSITIVE_INFINITY, 0, 1));
  assert.ok(names(await made('int8-weights', infinite)).includes('dense'));
});

test('a channel of zeros stays zeros', async () => {
  const dead = withTensor(net, 'dense', values => values.fill(0, 0, 148));
  for (const { name, serving } of VARIANTS) {
    const session = await openSession(served(await made(name, dead), serving));
    try {
      assert.ok((await runRows(session, validation)).every(Number.isFinite), name);
    } finally {
      await session.dispose();
    }
  }
});

test('a bidirectional GRU has a scale for each gate row of each direction', async () => {
  const graph = net.graph!;
  const gru: ModelProto = {
    ...net,
    graph: {
      ...graph,
      initializer: [
        ...graph.initializer!.filter(({ name }) => name === 'axis' || name === 'out'),
        randomTensor('gru_w', [2, 48, 16], 21),
        randomTensor('gru_r', [2, 48, 16], 22),
        { name: 'flat', dims: [2], dataType: 7, int64Data: [-1, 32] },
      ],
      node: [
        operator('Transpose', ['window'], ['steps'], { perm: [1, 0, 2] }),
        operator('GRU', ['steps', 'gru_w', 'gru_r'], ['', 'last'], {
          hidden_size: 16,
          direction: 'bidirectional',
        }),
        operator('Transpose', ['last'], ['rows'], { perm: [1, 0, 2] }),
        operator('Reshape', ['rows', 'flat'], ['state']),
        operator('MatMul', ['state', 'out'], ['scores']),
        operator('Softmax', ['scores'], [OUTPUT]),
      ],
    },
  };
  const { chosen, variants } = await quantized(gru);
  assert.equal(chosen.variant, 'int8-weights');
  assert.ok(chosen.maxProbabilityDifference < 0.01);
  const scale = (await made('int8-weights', gru)).graph!.initializer!.find(
    ({ name }) => name === 'gru_r/scale',
  );
  assert.deepEqual(scale?.dims, [2, 48, 1]);
  assert.match(variants[3].reason, /^Not made: .*no convolution or dense layer/);
  assert.match(variants[4].reason, /^Not made: it has no dense or LSTM layer/);
});

test('an old operator set gets only the variants that it can say', async () => {
  const old = { ...net, opsetImport: [{ domain: '', version: 12 }] };
  const [, , , fixed] = VARIANTS;
  const { why } = (await makeVariant(VARIANTS[2], old, calibration)) as { why: string };
  assert.match(why, /needs operators of version 13, the model’s are 12/);
  assert.ok('model' in (await makeVariant(fixed, old, calibration)));
});

test('a weight that two layers share is stored once and given back to both', async () => {
  const graph = net.graph!;
  const node = graph.node!.flatMap(one =>
    one.output![0] === 'hidden_out'
      ? [one, operator('MatMul', ['dense_relu', 'hidden'], ['again'])]
      : [one.output![0] === 'hidden_tanh' ? operator('Add', ['hidden_out', 'again'], ['hidden_tanh']) : one],
  );
  const { variants } = await quantized({ ...net, graph: { ...graph, node } });
  assert.ok(variants.every(({ measures }) => measures !== null && measures.agreement > 0.9));
});

test('a model that looks at the account too gets no static ranges: no row shows what they may be', async () => {
  const graph = net.graph!;
  const dim = [{ dimParam: 'batch' }, { dimValue: 2 }];
  const account = { name: 'portfolio', type: { tensorType: { elemType: 1, shape: { dim } } } };
  const policy = { ...net, graph: { ...graph, input: [...graph.input!, account] } };
  const made = await makeVariant(VARIANTS[2], policy, calibration);
  assert.match('why' in made ? made.why : '', /^Not made: it looks at the account too/);
});

test('inputs that were never finite leave static quantization out', async () => {
  const values = new Float32Array(new SharedArrayBuffer(validation.values.byteLength)).fill(Number.NaN);
  const made = await makeVariant(VARIANTS[2], net, { ...validation, values });
  assert.match('why' in made ? made.why : '', /finite ranges/);
});

test('a step that is cancelled ends at its next run, whatever variant it measures', async () => {
  const cancelling = new AbortController();
  let readings = 0;
  const monotonicMs = () => {
    readings += 1;
    if (readings === 40) cancelling.abort();
    return readings;
  };
  const { signal } = cancelling;
  const model = encodeModel(net);
  await assert.rejects(quantizeModel({ ...given, model, monotonicMs, signal }), {
    code: 'TRAINING_CANCELLED',
  });
  assert.ok(readings < 45, `${readings} readings of the clock`);
});

async function quantized(model: ModelProto, monotonicMs = tickingClock(1)) {
  return await quantizeModel({ ...given, model: encodeModel(model), monotonicMs });
}

async function made(name: string, model: ModelProto): Promise<ModelProto> {
  const variant = VARIANTS.find(candidate => candidate.name === name)!;
  const result = await makeVariant(variant, model, calibration);
  return 'model' in result ? result.model : assert.fail(result.why);
}

function served(model: ModelProto, serving: 'whole-batch' | 'row-by-row'): Uint8Array {
  return encodeModel({ ...model, metadataProps: withServing(model.metadataProps!, serving) });
}

function withTensor(model: ModelProto, name: string, change: (values: Float32Array) => unknown): ModelProto {
  const copy = decodeModel(encodeModel(model));
  const tensor = copy.graph!.initializer!.find(candidate => candidate.name === name)!;
  const values = float32Values(tensor);
  change(values);
  Object.assign(tensor, float32Tensor(name, tensor.dims!, values));
  return copy;
}

/** Every reading is `stepMs` after the one before. */
function tickingClock(stepMs: number): () => number {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
}
