import type { Operator } from '../operator.ts';
import * as node from '../primitives.ts';
import { invalidNet, showDims, type Value } from '../value.ts';

/**
 * The largest of every `size` steps: `[steps, batch, channels]` → `[⌊steps / size⌋, batch, channels]`; steps that fill no
 * whole pool are left out. Of equal ones the first takes the gradient.
 */
export const maxPool: Operator<readonly [sequence: Value], { readonly size: number }> = {
  forward: (graph, [sequence], { size }) => {
    const [steps, batch, channels] = sequence.dims;
    const pools = Math.floor(steps / size);
    if (pools < 1)
      throw invalidNet(`a pool of ${size} steps does not fit into ${showDims(sequence.dims)}`, { size });
    const whole = pools * size === steps ? sequence : node.slice(graph, sequence, 0, 0, pools * size);
    const pooled = node.reshape(graph, whole, [pools, size, batch, channels]);
    return [node.reduce(graph, 'ReduceMax', pooled, [1], false)];
  },
  backward: (graph, { inputs: [sequence], attributes: { size }, output }, gradient) => [
    () => {
      const [steps, batch, channels] = sequence.dims;
      const pools = output.dims[0];
      const whole = pools * size === steps ? sequence : node.slice(graph, sequence, 0, 0, pools * size);
      const places = node.split(
        graph,
        node.reshape(graph, whole, [pools, size, batch, channels]),
        1,
        Array(size).fill(1),
      );
      const one = [pools, 1, batch, channels];
      const largest = node.reshape(graph, output, one);
      let left = node.reshape(graph, gradient, one);
      const parts = places.map((place, at) => {
        if (at === size - 1) return left;
        const isLargest = node.isNotNegative(graph, node.subtract(graph, place, largest));
        const part = node.multiply(graph, left, isLargest);
        left = node.subtract(graph, left, part);
        return part;
      });
      const joined = node.reshape(graph, node.concat(graph, parts, 1), [pools * size, batch, channels]);
      if (pools * size === steps) return joined;
      return node.concat(graph, [joined, graph.zeros([steps - pools * size, batch, channels])], 0);
    },
  ],
};
