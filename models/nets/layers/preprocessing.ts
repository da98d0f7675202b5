import type { NetBuilder } from '../net.ts';
import type { Value } from '../value.ts';

/** What was learnt of each feature from the training rows. */
export interface Preprocessing {
  /** Take the place of NaN. */
  readonly mean: ArrayLike<number>;
  /** Positive. */
  readonly deviation: ArrayLike<number>;
  /** Values are held within so many deviations of the mean. */
  readonly clip: number;
}

/** Raw feature values `[…, features]` as the net takes them: means for NaN, (x − mean) / deviation, clipped. */
export function preprocess(net: NetBuilder, raw: Value, { mean, deviation, clip }: Preprocessing): Value {
  const { graph, ops } = net;
  const features = [raw.dims.at(-1)!];
  const means = graph.constant(mean, features);
  const isMissing = graph.node('IsNaN', [raw], raw.dims, {}, 'bool');
  const known = graph.node('Where', [isMissing, means, raw], raw.dims);
  const inverse = graph.constant(
    Array.from(deviation, value => 1 / value),
    features,
  );
  const standard = ops.multiply(ops.subtract(known, means), inverse);
  return ops.clip(standard, { min: -clip, max: clip });
}
