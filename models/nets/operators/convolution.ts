import type { Graph } from '../graph.ts';
import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import type { Value } from '../value.ts';

/** For every step, the steps that a convolution's kernel sees. */
interface Kernel {
  /** By how many steps each tap looks back (positive) or ahead (negative). */
  readonly lags: readonly number[];
}

/**
 * Lays the steps that a kernel sees beside one another, zeros where it sees beyond the ends: `[steps, batch, channels]` →
 * `[steps, batch, taps · channels]`. A convolution is this, times a matrix.
 */
export const unfold: Operator<readonly [sequence: Value], Kernel> = {
  forward: (graph, [sequence], { lags }) => [
    node.concat(
      graph,
      lags.map(lag => shift(graph, sequence, lag)),
      2,
    ),
  ],
  backward: (graph, { inputs: [sequence], attributes: { lags } }, gradient) => [
    () =>
      node
        .split(
          graph,
          gradient,
          2,
          lags.map(() => sequence.dims[2]),
        )
        .map((part, tap) => shift(graph, part, -lags[tap]))
        .reduce((sum, part) => node.add(graph, sum, part)),
  ],
};

/** The sequence `lag` steps later, with zeros for what lies beyond its ends. */
function shift(graph: Graph, sequence: Value, lag: number): Value {
  const [steps] = sequence.dims;
  if (lag === 0) return sequence;
  const far = Math.min(Math.abs(lag), steps);
  const pads = lag > 0 ? [far, 0, 0, 0, 0, 0] : [0, 0, 0, far, 0, 0];
  if (far === steps) return node.multiply(graph, sequence, graph.scalar(0));
  const rest = lag > 0 ? [0, steps - far] : [far, steps];
  const kept = node.slice(graph, sequence, 0, rest[0], rest[1]);
  return graph.node('Pad', [kept, graph.integers(pads)], sequence.dims);
}
