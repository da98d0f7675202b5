import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { scan } from '../scan.ts';
import type { Value } from '../value.ts';
import { sigmoidSlope, tanhSlope } from './activations.ts';
import { type Recurrence, shiftLater } from './lstm.ts';

/**
 * The recurrence of a GRU (Cho et al. 2014; the reset gate applies after the matrix product, as in cuDNN and PyTorch) over
 * its inputs' projections `[steps, batch, 3 · units]`, whose gates stand in the order reset, update, new; weight
 * `[units, 3 · units]` and bias `[3 · units]` are those of the state. Gives the hidden states `[steps, batch, units]`, or
 * the last of them `[batch, units]`. The state before the first step is 0.
 */
export const gru: Operator<
  readonly [projections: Value, weight: Value, bias: Value],
  Recurrence,
  readonly [r: Value, z: Value, n: Value, fromState: Value, hidden: Value]
> = {
  forward: (graph, [projections, weight, bias], { last }) => {
    const [, batch] = projections.dims;
    const units = weight.dims[0];
    const { outputs, states } = scan(graph, {
      states: [graph.zeros([batch, units])],
      inputs: [projections],
      reverse: false,
      step: (body, [h], [projection]) => {
        const recurrent = node.gemm(body, h, weight, bias);
        const [forGates, fromState] = node.split(body, recurrent, 1, [2 * units, units]);
        const [given, fromInput] = node.split(body, projection, 1, [2 * units, units]);
        const gates = node.unary(body, 'Sigmoid', node.add(body, given, forGates));
        const [r, z] = node.split(body, gates, 1, [units, units]);
        const candidate = node.add(body, fromInput, node.multiply(body, r, fromState));
        const n = node.unary(body, 'Tanh', candidate);
        // (1 − z) · n + z · h
        const hidden = node.add(body, n, node.multiply(body, z, node.subtract(body, h, n)));
        return { states: [hidden], outputs: [r, z, n, fromState, hidden] };
      },
    });
    const [r, z, n, fromState, hidden] = outputs;
    return [last ? states[0] : hidden, r, z, n, fromState, hidden];
  },
  backward: (graph, { inputs: [, weight], attributes: { last }, saved }, gradient) => {
    const [r, z, n, fromState, hidden] = saved;
    const units = weight.dims[0];
    const before = shiftLater(graph, hidden);
    // How the gates' inputs answer to the step's state: all steps at once.
    const onNew = node.multiply(graph, node.subtract(graph, graph.scalar(1), z), tanhSlope(graph, n));
    const onUpdate = node.multiply(graph, node.subtract(graph, before, n), sigmoidSlope(graph, z));
    const onReset = node.multiply(graph, node.multiply(graph, onNew, fromState), sigmoidSlope(graph, r));
    const slopes = node.concat(graph, [onReset, onUpdate, node.multiply(graph, onNew, r)], 2);
    const transposed = node.transpose(graph, weight, [1, 0]);
    const zero = graph.zeros(hidden.dims.slice(1));
    const { outputs } = scan(graph, {
      states: [last ? gradient : zero],
      inputs: [z, slopes, ...(last ? [] : [gradient])],
      reverse: true,
      step: (body, [later], [keep, slope, own]) => {
        const dHidden = own ? node.add(body, later, own) : later;
        const dRecurrent = node.multiply(body, node.concat(body, [dHidden, dHidden, dHidden], 1), slope);
        const direct = node.multiply(body, dHidden, keep);
        return {
          states: [node.gemm(body, dRecurrent, transposed, direct)],
          outputs: [dRecurrent, dHidden],
        };
      },
    });
    const [dRecurrent, dHidden] = outputs;
    const rows = node.rowsOf(graph, dRecurrent);
    return [
      () => {
        const [gates] = node.split(graph, dRecurrent, 2, [2 * units, units]);
        return node.concat(graph, [gates, node.multiply(graph, dHidden, onNew)], 2);
      },
      () => node.outerSum(graph, before, rows),
      () => node.reduce(graph, 'ReduceSum', rows, [0], false),
    ];
  },
};
