import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { Graph } from '../../../models/nets/graph.ts';
import { convolution, dense, gru, lstm, maxPool, toSequence } from '../../../models/nets/layers/index.ts';
import { crossEntropy } from '../../../models/nets/losses.ts';
import type { Net } from '../../../models/nets/net.ts';
import { operationsOn } from '../../../models/nets/operators/index.ts';
import { sgd } from '../../../models/nets/optimizers.ts';
import { Tape } from '../../../models/nets/tape.ts';
import { compileTraining } from '../../../models/nets/training-graph.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';

test('equal constants are kept once, in bodies too', () => {
  const graph = new Graph();
  const one = graph.constant([1, 2], [2]);
  assert.equal(graph.body().constant([1, 2], [2]), one);
  assert.notEqual(graph.constant([1, 2], [2, 1]), one);
  assert.equal(graph.integers([3]), graph.integers([3]));
  assert.equal(graph.initializers.length, 3);
});

test('a graph inside an attribute survives being written and read', () => {
  const graph = new Graph();
  const ops = operationsOn(new Tape(graph));
  const sequence = graph.input('sequence', [3, 2, 4]);
  ops.lstm(sequence, graph.input('weight', [9, 20]), graph.input('bias', [20]), { last: true });
  const model = { irVersion: 9, graph: graph.toProto('net', true) };
  const read = decodeModel(encodeModel(model));
  const body = read
    .graph!.node!.find(({ opType }) => opType === 'Scan')!
    .attribute!.find(({ name }) => name === 'body');
  assert.equal(body!.g!.input!.length, 3);
  assert.deepEqual(encodeModel(read), encodeModel(model));
});

const REFUSED: Readonly<Record<string, readonly [net: Net, message: RegExp]>> = {
  'a pool longer than the sequence': [
    (net, { window }) => head(net, maxPool(net, toSequence(net, window), 9)),
    /a pool of 9 steps does not fit into \[6, 4, 3\]/,
  ],
  'shapes that don’t fit each other': [
    (net, { window }) => net.ops.add(window, net.ops.reshape(window, { dims: [4, 3, 6] })),
    /\[4, 6, 3\] and \[4, 3, 6\] don’t fit each other/,
  ],
  'a shape of another size': [
    (net, { window }) => net.ops.reshape(window, { dims: [4, 17] }),
    /\[4, 6, 3\] can’t be read as \[4, 17\]/,
  ],
  'a slice beyond the end': [
    (net, { window }) => net.ops.slice(window, { axis: 1, from: 2, to: 7 }),
    /2 to 7 is not a part of axis 1/,
  ],
  'an axis that is not there': [
    (net, { window }) => net.ops.softmax(window, { axis: 3 }),
    /axis 3 is not one of/,
  ],
  'two weights of one name': [
    (net, { window }) => dense(net, 'a', dense(net, 'a', window, { units: 3 }), { units: 3 }),
    /two of its tensors are named a.weight/,
  ],
  'scores that are no matrix of the batch': [
    (net, { window }) => dense(net, 'a', window, { units: 3 }),
    /its scores must be \[4, outputs\], got \[4, 6, 3\]/,
  ],
  'a weight that the loss does not depend on': [
    (net, { window }) => {
      dense(net, 'idle', window, { units: 2 });
      return head(net, toSequence(net, window));
    },
    /the loss does not depend on idle.weight/,
  ],
};

for (const [what, [net, message]] of Object.entries(REFUSED)) {
  test(`${what} is refused, and the message says which`, () => {
    assert.throws(
      () => compile(net),
      error =>
        error instanceof AlphaloomError && error.code === 'TRAINING_FAILED' && message.test(error.message),
    );
  });
}

test('sequences of one step, batches of one row and kernels wider than the sequence can be compiled', () => {
  const net: Net = (net, { window }) => {
    const options = { channels: 2, kernel: 5, dilation: 4, causal: true };
    const seen = convolution(net, 'c', toSequence(net, window), options);
    const states = lstm(net, 'l', seen, { units: 1, last: false });
    return dense(net, 'head', gru(net, 'g', states, { units: 2, last: true }), { units: 3 });
  };
  assert.ok(compile(net, 1, [1, 1]).step.bytes.length > 0);
});

function head(net: Parameters<Net>[0], sequence: ReturnType<Net>): ReturnType<Net> {
  return dense(net, 'head', net.ops.mean(sequence, { axes: [0], keep: false }), { units: 3 });
}

function compile(net: Net, batch = 4, window = [6, 3]) {
  return compileTraining(net, {
    inputs: { window },
    batch,
    evaluationBatch: 2,
    loss: crossEntropy({ classWeights: [1, 1, 1], smoothing: 0 }),
    optimizer: sgd({ momentum: 0.9, weightDecay: 0 }),
    clipNorm: null,
    seed: 0,
  });
}
