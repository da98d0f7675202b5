import type { NetBuilder } from '../net.ts';
import { sizeOf, type Value } from '../value.ts';

/** Windows `[batch, steps, channels]` as sequences `[steps, batch, channels]`, which all layers over time take. */
export function toSequence(net: NetBuilder, window: Value): Value {
  return net.ops.transpose(window, { order: [1, 0, 2] });
}

/** A sequence `[steps, batch, channels]` as rows `[batch, steps · channels]`. */
export function flatten(net: NetBuilder, sequence: Value): Value {
  const [steps, batch, channels] = sequence.dims;
  const byRow = net.ops.transpose(sequence, { order: [1, 0, 2] });
  return net.ops.reshape(byRow, { dims: [batch, steps * channels] });
}

/** Everything of a row beside the batch: `[batch, …]` → `[batch, size]`. */
export function flattenRows(net: NetBuilder, x: Value): Value {
  return net.ops.reshape(x, { dims: [x.dims[0], sizeOf(x.dims.slice(1))] });
}
