import assert from 'node:assert/strict';
import { Graph } from '../../../models/nets/graph.ts';
import { type Operations, operationsOn } from '../../../models/nets/operators/index.ts';
import { RandomStream } from '../../../models/nets/random-stream.ts';
import { Tape } from '../../../models/nets/tape.ts';
import type { Value } from '../../../models/nets/value.ts';
import { evaluate } from './float64-interpreter.ts';
import { sizeOf, type Tensor, tensor } from './float64-tensor.ts';

export interface GradientCase {
  /** Dimensions of the inputs; gradients of all are checked. */
  readonly inputs: readonly (readonly number[])[];
  readonly build: (ops: Operations, inputs: Value[], graph: Graph) => Value;
  /** From a uniform draw in [−1, 1) to a value where the operator is smooth; else the draw itself. */
  readonly place?: (draw: number) => number;
}

const STEP = 1e-5;
const TOLERANCE = 1e-6;

/**
 * Compares every gradient of a weighted sum of the output with central differences, both of the emitted graph computed in
 * float64.
 */
export function checkGradients({ inputs, build, place = draw => draw }: GradientCase, seed: number): void {
  const graph = new Graph();
  const tape = new Tape(graph);
  const ops = operationsOn(tape);
  const values = inputs.map((dims, index) => tape.track(graph.input(`input_${index}`, dims)));
  const output = build(ops, values, graph);
  const weights = graph.input('weights', output.dims);
  const loss = ops.sum(ops.multiply(output, weights), {
    axes: output.dims.map((_, axis) => axis),
    keep: false,
  });
  const gradients = tape.gradients(loss, values);
  const draw = (dims: readonly number[], name: string, to: (draw: number) => number): Tensor => {
    const uniform = new RandomStream(seed, name).uniform(0, new Float32Array(sizeOf(dims)));
    return tensor(
      dims,
      Array.from(uniform, value => to(2 * value - 1)),
    );
  };
  const fed: Record<string, Tensor> = { weights: draw(output.dims, 'weights', value => value) };
  for (const { name, dims } of values) fed[name] = draw(dims, name, place);
  const proto = graph.toProto('check', true);
  const lossOf = (): number => evaluate(proto, fed).get(loss.name)!.data[0];
  const computed = evaluate(proto, fed);
  assert.deepEqual(computed.get(output.name)!.dims, output.dims, 'the shape that the builder tracks');
  for (const [index, { name, dims }] of values.entries()) {
    const gradient = computed.get(gradients[index].name)!;
    assert.deepEqual(gradient.dims, dims);
    for (let i = 0; i < sizeOf(dims); i++) {
      const { data } = fed[name];
      const at = data[i];
      data[i] = at + STEP;
      const above = lossOf();
      data[i] = at - STEP;
      const below = lossOf();
      data[i] = at;
      const expected = (above - below) / (2 * STEP);
      const allowed = TOLERANCE * Math.max(1, Math.abs(expected));
      assert.ok(
        Math.abs(gradient.data[i] - expected) <= allowed,
        `gradient ${i} of ${name}: ${gradient.data[i]}, by differences ${expected}`,
      );
    }
  }
}
