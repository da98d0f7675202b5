import type { Graph } from '../graph.ts';
import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { scan } from '../scan.ts';
import { invalidNet, showDims, sizeOf, type Value } from '../value.ts';
import { sigmoidSlope, tanhSlope } from './activations.ts';

/** What of a recurrent layer is used: every step’s state, or the last one’s only. */
export interface Recurrence {
  readonly last: boolean;
}

/**
 * The recurrence of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) over its inputs'
 * projections `[steps, batch, 4 · units]`, whose gates stand in the order input, forget, cell, output; the weight is
 * `[units, 4 · units]`. Gives the hidden states `[steps, batch, units]`, or the last of them `[batch, units]`. The states
 * before the first step are 0.
 */
export const lstm: Operator<
  readonly [projections: Value, weight: Value],
  Recurrence,
  readonly [i: Value, f: Value, g: Value, o: Value, tanhCell: Value, cell: Value, hidden: Value]
> = {
  forward: (graph, [projections, weight], { last }) => {
    const [, batch] = projections.dims;
    const units = weight.dims[0];
    requireGates(projections, weight, 4);
    const zero = graph.zeros([batch, units]);
    const { outputs, states } = scan(graph, {
      states: [zero, zero],
      inputs: [projections],
      reverse: false,
      step: (body, [h, c], [projection]) => {
        const gates = node.gemm(body, h, weight, projection);
        const [i, f, g, o] = node.split(body, gates, 1, [units, units, units, units]);
        const input = node.unary(body, 'Sigmoid', i);
        const forget = node.unary(body, 'Sigmoid', f);
        const candidate = node.unary(body, 'Tanh', g);
        const output = node.unary(body, 'Sigmoid', o);
        const kept = node.multiply(body, forget, c);
        const cell = node.add(body, kept, node.multiply(body, input, candidate));
        const tanhCell = node.unary(body, 'Tanh', cell);
        const hidden = node.multiply(body, output, tanhCell);
        return {
          states: [hidden, cell],
          outputs: [input, forget, candidate, output, tanhCell, cell, hidden],
        };
      },
    });
    const [i, f, g, o, tanhCell, cell, hidden] = outputs;
    return [last ? states[0] : hidden, i, f, g, o, tanhCell, cell, hidden];
  },
  backward: (graph, { inputs: [, weight], attributes: { last }, saved }, gradient) => {
    const [i, f, g, o, tanhCell, cell, hidden] = saved;
    const units = weight.dims[0];
    // Everything that does not depend on the recurrence is computed for all steps at once.
    const before = shiftLater(graph, cell);
    const throughTanh = node.multiply(graph, o, tanhSlope(graph, tanhCell));
    const slopes = node.concat(
      graph,
      [
        node.multiply(graph, g, sigmoidSlope(graph, i)),
        node.multiply(graph, before, sigmoidSlope(graph, f)),
        node.multiply(graph, i, tanhSlope(graph, g)),
        node.multiply(graph, tanhCell, sigmoidSlope(graph, o)),
      ],
      2,
    );
    const transposed = node.transpose(graph, weight, [1, 0]);
    const zero = graph.zeros(hidden.dims.slice(1));
    const { outputs } = scan(graph, {
      states: [last ? gradient : zero, zero],
      inputs: [throughTanh, slopes, f, ...(last ? [] : [gradient])],
      reverse: true,
      step: (body, [later, laterCell], [through, slope, forget, own]) => {
        const dHidden = own ? node.add(body, later, own) : later;
        const dCell = node.add(body, node.multiply(body, dHidden, through), laterCell);
        const spread = node.concat(body, [dCell, dCell, dCell, dHidden], 1);
        const dGates = node.multiply(body, spread, slope);
        return {
          states: [node.matmul(body, dGates, transposed), node.multiply(body, dCell, forget)],
          outputs: [dGates],
        };
      },
    });
    const [dProjections] = outputs;
    return [
      () => dProjections,
      () => {
        const states = node.reshape(graph, shiftLater(graph, hidden), [
          sizeOf(hidden.dims.slice(0, 2)),
          units,
        ]);
        return node.gemm(graph, states, node.rowsOf(graph, dProjections), null, { transA: 1 });
      },
    ];
  },
};

/** Each step's value one step later, with zeros in the first. */
export function shiftLater(graph: Graph, sequence: Value): Value {
  const [steps] = sequence.dims;
  const first = graph.zeros(sequence.dims.with(0, 1));
  if (steps === 1) return first;
  return node.concat(graph, [first, node.slice(graph, sequence, 0, 0, steps - 1)], 0);
}

/** @throws AlphaloomError TRAINING_FAILED unless the weight takes a state to `gates` gates of the projections */
export function requireGates(projections: Value, weight: Value, gates: number): void {
  const [units, columns] = weight.dims;
  if (projections.dims.length === 3 && columns === gates * units && projections.dims[2] === columns) return;
  throw invalidNet(
    `a recurrent layer with ${gates} gates can’t take projections ${showDims(projections.dims)} with a weight ${showDims(weight.dims)}`,
    { projections: projections.dims, weight: weight.dims },
  );
}
