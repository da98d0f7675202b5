import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { scan } from '../scan.ts';
import { invalidNet, showDims, type Value } from '../value.ts';

/** What of a recurrent layer is used: every step’s state, or the last one’s only. */
export interface Recurrence {
  readonly last: boolean;
}

/**
 * An LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) over `[steps, batch, inputs]`; the weight
 * `[inputs + units, 4 · units]` is that of the inputs above that of the state, gates in the order input, forget, cell, output.
 * Gives the hidden states `[steps, batch, units]`, or the last of them `[batch, units]`. The states before the first step are 0.
 *
 * The forward loop also computes how each step’s gates answer to its state, while their values are in the processor’s cache;
 * the backward loop is then a few operators per step, and the weight’s gradient one product over all steps.
 */
export const lstm: Operator<
  readonly [sequence: Value, weight: Value, bias: Value],
  Recurrence,
  readonly [seen: Value, slopes: Value, throughTanh: Value, forget: Value]
> = {
  forward: (graph, [sequence, weight, bias], { last }, isLearnt) => {
    const units = requireGates(sequence, weight, bias, 4);
    const zero = graph.zeros([sequence.dims[1], units]);
    const { outputs, states } = scan(graph, {
      states: [zero, zero],
      inputs: [sequence],
      reverse: false,
      step: (body, [h, c], [x]) => {
        const seen = node.concat(body, [x, h], 1);
        const gates = node.gemm(body, seen, weight, bias);
        const [toI, toF, toG, toO] = node.split(body, gates, 1, [units, units, units, units]);
        const i = node.unary(body, 'Sigmoid', toI);
        const f = node.unary(body, 'Sigmoid', toF);
        const g = node.unary(body, 'Tanh', toG);
        const o = node.unary(body, 'Sigmoid', toO);
        const kept = node.multiply(body, f, c);
        const added = node.multiply(body, i, g);
        const cell = node.add(body, kept, added);
        const tanhCell = node.unary(body, 'Tanh', cell);
        const hidden = node.multiply(body, o, tanhCell);
        const all = last ? [] : [hidden];
        if (!isLearnt) return { states: [hidden, cell], outputs: all };
        const less = (a: Value, b: Value, c: Value): Value =>
          node.subtract(body, a, node.multiply(body, b, c));
        // σ′ = σ − σ², tanh′ = 1 − tanh², with the products that are there already.
        const slopes = [
          less(added, added, i),
          less(kept, kept, f),
          less(i, added, g),
          less(hidden, hidden, o),
        ];
        const throughTanh = less(o, hidden, tanhCell);
        return {
          states: [hidden, cell],
          outputs: [seen, node.concat(body, slopes, 1), throughTanh, f, ...all],
        };
      },
    });
    const output = last ? states[0] : outputs.at(-1)!;
    if (!isLearnt) return [output];
    const [seen, slopes, throughTanh, forget] = outputs;
    return [output, seen, slopes, throughTanh, forget];
  },
  backward: (
    graph,
    { inputs: [sequence, weight], learnt: [isSequenceLearnt], attributes: { last }, saved },
    gradient,
  ) => {
    const [seen, slopes, throughTanh, forget] = saved;
    const inputs = sequence.dims[2];
    const units = forget.dims[2];
    const part = isSequenceLearnt ? weight : node.slice(graph, weight, 0, inputs, inputs + units);
    const transposed = node.transpose(graph, part, [1, 0]);
    const zero = graph.zeros(forget.dims.slice(1));
    const { outputs } = scan(graph, {
      states: [last ? gradient : zero, zero],
      inputs: [throughTanh, slopes, forget, ...(last ? [] : [gradient])],
      reverse: true,
      step: (body, [later, laterCell], [through, slope, f, own]) => {
        const dHidden = own ? node.add(body, later, own) : later;
        const dCell = node.add(body, node.multiply(body, dHidden, through), laterCell);
        const dGates = node.multiply(body, node.concat(body, [dCell, dCell, dCell, dHidden], 1), slope);
        const dSeen = node.matmul(body, dGates, transposed);
        const dBefore = node.multiply(body, dCell, f);
        if (!isSequenceLearnt) return { states: [dSeen, dBefore], outputs: [dGates] };
        const [dInput, dState] = node.split(body, dSeen, 1, [inputs, units]);
        return { states: [dState, dBefore], outputs: [dGates, dInput] };
      },
    });
    const [dGates, dInputs] = outputs;
    const rows = node.rowsOf(graph, dGates);
    return [
      () => dInputs,
      () => node.outerSum(graph, seen, rows),
      () => node.reduce(graph, 'ReduceSum', rows, [0], false),
    ];
  },
};

/**
 * The units of a recurrent layer.
 * @throws AlphaloomError TRAINING_FAILED unless weight and bias lead from inputs and state to `gates` gates
 */
export function requireGates(sequence: Value, weight: Value, bias: Value, gates: number): number {
  const units = weight.dims[0] - sequence.dims[2];
  const isFit =
    sequence.dims.length === 3 && weight.dims[1] === gates * units && bias.dims[0] === gates * units;
  if (isFit) return units;
  throw invalidNet(
    `a recurrent layer of ${gates} gates over ${showDims(sequence.dims)} can’t have a weight ${showDims(weight.dims)}`,
    { sequence: sequence.dims, weight: weight.dims },
  );
}
