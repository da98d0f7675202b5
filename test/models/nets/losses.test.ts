import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { Graph } from '../../../models/nets/graph.ts';
import { InputBuilder } from '../../../models/nets/input-builder.ts';
import { crossEntropy, focal, type Loss, squaredError } from '../../../models/nets/losses.ts';
import { golden, type PackedArray, unpackFloat64, unpackInt32 } from '../../support/golden.ts';
import { near } from '../../support/near.ts';
import { evaluate } from './float64-interpreter.ts';
import { tensor } from './float64-tensor.ts';

interface Oracle {
  readonly target: PackedArray;
  readonly losses: {
    readonly logits: PackedArray;
    readonly cross_entropy: number;
    readonly 'label_smoothing_0.1': number;
    readonly focal_gamma_2: number;
  };
}

const { losses, target } = golden<Oracle>('torch_nets.json');
const logits = [...unpackFloat64(losses.logits)];
const labels = [...unpackInt32(target)];
const even = [1, 1, 1];
const ones = Array<number>(7).fill(1);

test('cross-entropy, smoothed too, and focal loss are PyTorch’s', () => {
  near(classLoss(crossEntropy({ classWeights: even, smoothing: 0 })), losses.cross_entropy, 1e-7);
  const smoothed = classLoss(crossEntropy({ classWeights: even, smoothing: 0.1 }));
  near(smoothed, losses['label_smoothing_0.1'], 1e-7);
  near(classLoss(focal({ classWeights: even, gamma: 2 })), losses.focal_gamma_2, 1e-7);
});

test('focal loss with γ = 0 is cross-entropy, weights included', () => {
  const classWeights = [1.5, 0.6, 1.1];
  const rows = [1, 2, 0.5, 0, 1, 3, 1];
  near(
    classLoss(focal({ classWeights, gamma: 0 }), labels, rows),
    classLoss(crossEntropy({ classWeights, smoothing: 0 }), labels, rows),
    1e-7,
  );
});

test('a row counts by its weight times its class’s, and rows of weight 0 or without a label not at all', () => {
  const classWeights = [2, 0.5, 1];
  for (const loss of [crossEntropy({ classWeights, smoothing: 0.2 }), focal({ classWeights, gamma: 1.5 })]) {
    const some = classLoss(loss, labels.slice(0, 5), ones.slice(0, 5), logits.slice(0, 15));
    near(classLoss(loss, labels, [1, 1, 1, 1, 1, 0, 0]), some, 1e-7);
    near(classLoss(loss, [...labels.slice(0, 5), -1, -1]), some, 1e-7);
    const twice = classLoss(loss, [...labels, ...labels], [...ones, ...ones], [...logits, ...logits]);
    near(classLoss(loss, labels, Array(7).fill(3)), twice, 1e-7);
  }
});

test('a batch without any weight has the loss 0', () => {
  const none = Array<number>(7).fill(0);
  near(classLoss(crossEntropy({ classWeights: even, smoothing: 0.1 }), labels, none), 0, 1e-12);
  near(classLoss(focal({ classWeights: even, gamma: 2 }), labels, none), 0, 1e-12);
});

test('a certain answer costs nothing, a certainly wrong one is finite', () => {
  const sure = [80, -80, -80];
  const plain = crossEntropy({ classWeights: even, smoothing: 0 });
  near(classLoss(plain, [0], [1], sure), 0, 1e-9);
  near(classLoss(focal({ classWeights: even, gamma: 0.5 }), [0], [1], sure), 0, 1e-9);
  near(classLoss(plain, [1], [1], [40, -40, -40]), 80, 1e-6);
});

test('squared error is the weighted mean', () => {
  const rows = { target: [1, 2, 4], rowWeight: [1, 0.5, 0] };
  near(lossOf(squaredError(), [3, 1], [2, 2, -9], rows), (1 + 0) / 1.5, 1e-12);
});

test('scores of another form are refused', () => {
  const refusal = (error: unknown): boolean =>
    error instanceof AlphaloomError && error.code === 'TRAINING_FAILED';
  const fed = { label: [0, 1], rowWeight: [1, 1] };
  assert.throws(
    () => lossOf(crossEntropy({ classWeights: even, smoothing: 0 }), [2, 2], [1, 2, 3, 4], fed),
    refusal,
  );
  assert.throws(
    () => lossOf(squaredError(), [2, 2], [1, 2, 3, 4], { target: [0, 1], rowWeight: [1, 1] }),
    refusal,
  );
});

function classLoss(loss: Loss, label = labels, rowWeight = ones, scores = logits): number {
  return lossOf(loss, [label.length, 3], scores, { label, rowWeight });
}

/** The loss that the emitted nodes compute, in float64. */
function lossOf(
  loss: Loss,
  dims: readonly number[],
  scores: readonly number[],
  rows: Readonly<Record<string, readonly number[]>>,
): number {
  const graph = new Graph();
  const builder = new InputBuilder(graph, 'training', 0);
  const inputs = Object.entries(loss.inputs).map(([name, { type }]) => [
    name,
    graph.input(name, [dims[0]], type),
  ]);
  const { loss: built } = loss.build(builder, graph.input('scores', dims), Object.fromEntries(inputs));
  const fed = Object.entries(rows).map(([name, values]) => [name, tensor([dims[0]], values)]);
  const values = evaluate(graph.toProto('loss', true), {
    scores: tensor(dims, scores),
    ...Object.fromEntries(fed),
  });
  return values.get(built.name)!.data[0];
}
