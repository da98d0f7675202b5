import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { scan } from '../scan.ts';
import { invalidNet, showDims, type Value } from '../value.ts';
import type { Recurrence } from './lstm.ts';

/**
 * A GRU (Cho et al. 2014; the reset gate applies after the matrix product, as in cuDNN and PyTorch) over `[steps, batch,
 * inputs]`; weights `[inputs, 3 · units]` and `[units, 3 · units]`, gates in the order reset, update, new. Gives the hidden
 * states `[steps, batch, units]`, or the last of them `[batch, units]`. The state before the first step is 0.
 *
 * As in the LSTM, the forward loop computes how the gates answer to the step’s state.
 */
export const gru: Operator<
  readonly [sequence: Value, inputWeight: Value, stateWeight: Value, inputBias: Value, stateBias: Value],
  Recurrence,
  readonly [before: Value, slopes: Value, keep: Value]
> = {
  forward: (graph, [sequence, inputWeight, stateWeight, inputBias, stateBias], { last }, isLearnt) => {
    const units = stateWeight.dims[0];
    requireThreeGates(sequence, inputWeight, stateWeight);
    const { outputs, states } = scan(graph, {
      states: [graph.zeros([sequence.dims[1], units])],
      inputs: [sequence],
      reverse: false,
      step: (body, [h], [x]) => {
        const fromInput = node.gemm(body, x, inputWeight, inputBias);
        const fromState = node.gemm(body, h, stateWeight, stateBias);
        const [inputGates, inputNew] = node.split(body, fromInput, 1, [2 * units, units]);
        const [stateGates, stateNew] = node.split(body, fromState, 1, [2 * units, units]);
        const gates = node.unary(body, 'Sigmoid', node.add(body, inputGates, stateGates));
        const [r, z] = node.split(body, gates, 1, [units, units]);
        const reset = node.multiply(body, r, stateNew);
        const n = node.unary(body, 'Tanh', node.add(body, inputNew, reset));
        // (1 − z) · n + z · h
        const drawn = node.multiply(body, z, node.subtract(body, h, n));
        const hidden = node.add(body, n, drawn);
        const all = last ? [] : [hidden];
        if (!isLearnt) return { states: [hidden], outputs: all };
        const less = (a: Value, b: Value): Value => node.subtract(body, a, node.multiply(body, a, b));
        const flat = node.subtract(body, body.scalar(1), node.multiply(body, n, n));
        const onNew = less(flat, z);
        const onReset = less(node.multiply(body, onNew, reset), r);
        const onState = node.multiply(body, onNew, r);
        const slopes = node.concat(body, [onReset, less(drawn, z), onNew, onState], 1);
        return { states: [hidden], outputs: [h, slopes, z, ...all] };
      },
    });
    const output = last ? states[0] : outputs.at(-1)!;
    if (!isLearnt) return [output];
    const [before, slopes, keep] = outputs;
    return [output, before, slopes, keep];
  },
  backward: (
    graph,
    { inputs: [sequence, inputWeight, stateWeight], learnt: [isSequenceLearnt], attributes: { last }, saved },
    gradient,
  ) => {
    const [before, slopes, keep] = saved;
    const units = stateWeight.dims[0];
    const fromState = node.transpose(graph, stateWeight, [1, 0]);
    const fromInput = node.transpose(graph, inputWeight, [1, 0]);
    const { outputs } = scan(graph, {
      states: [last ? gradient : graph.zeros(before.dims.slice(1))],
      inputs: [slopes, keep, ...(last ? [] : [gradient])],
      reverse: true,
      step: (body, [later], [slope, z, own]) => {
        const dHidden = own ? node.add(body, later, own) : later;
        const all = node.multiply(body, node.concat(body, [dHidden, dHidden, dHidden, dHidden], 1), slope);
        const [dGates, dNew, dStateNew] = node.split(body, all, 1, [2 * units, units, units]);
        const dInput = node.concat(body, [dGates, dNew], 1);
        const dState = node.concat(body, [dGates, dStateNew], 1);
        const direct = node.multiply(body, dHidden, z);
        return {
          states: [node.gemm(body, dState, fromState, direct)],
          outputs: [dInput, dState, ...(isSequenceLearnt ? [node.matmul(body, dInput, fromInput)] : [])],
        };
      },
    });
    const [dInput, dState, dSequence] = outputs;
    return [
      () => dSequence,
      () => node.outerSum(graph, sequence, dInput),
      () => node.outerSum(graph, before, dState),
      () => node.reduce(graph, 'ReduceSum', node.rowsOf(graph, dInput), [0], false),
      () => node.reduce(graph, 'ReduceSum', node.rowsOf(graph, dState), [0], false),
    ];
  },
};

function requireThreeGates(sequence: Value, inputWeight: Value, stateWeight: Value): void {
  const [units, columns] = stateWeight.dims;
  const expected = [sequence.dims[2], 3 * units];
  if (columns === 3 * units && String(inputWeight.dims) === String(expected) && sequence.dims.length === 3)
    return;
  throw invalidNet(
    `a GRU over ${showDims(sequence.dims)} can’t have weights ${showDims(inputWeight.dims)} and ${showDims(stateWeight.dims)}`,
    { sequence: sequence.dims, inputWeight: inputWeight.dims, stateWeight: stateWeight.dims },
  );
}
