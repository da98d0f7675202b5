import type { Loss } from '../losses.ts';
import * as node from '../primitives.ts';

/**
 * Huber's loss of the first score with its bend at 1, averaged by `rowWeight`: half the squared error within, the distance
 * less a half beyond (Huber 1964).
 */
export function huberError(): Loss {
  return {
    inputs: { target: { dims: [], type: 'float32' }, rowWeight: { dims: [], type: 'float32' } },
    build: ({ ops, graph }, scores, { target, rowWeight }) => {
      const error = ops.subtract(ops.reshape(scores, { dims: target.dims }), target);
      // With c the error held within ±1, c · (error − c / 2) is both pieces in one.
      const near = ops.clip(error, { min: -1, max: 1 });
      const losses = ops.multiply(near, ops.subtract(error, ops.affine(near, { factor: 0.5, shift: 0 })));
      const total = ops.sum(ops.multiply(losses, rowWeight), { axes: [0], keep: false });
      const weights = node.reduce(graph, 'ReduceSum', rowWeight, [0], false);
      // A batch without any weight has the loss 0, not a division by it.
      const divisor = node.elementwise(graph, 'Max', weights, graph.scalar(1e-12));
      return { loss: ops.divide(total, divisor), monitors: {} };
    },
  };
}
