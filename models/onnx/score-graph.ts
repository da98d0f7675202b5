import type { NodeProto, TensorProto } from './messages.ts';

/**
 * The part of a model's graph that an estimator makes: from the input `window` (float32 `[batch, steps, features]`, raw
 * values, NaN where missing) to its raw scores.
 */
export interface ScoreGraph {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** Name of the float32 tensor `[batch, outputs]`: softmax of it are the class probabilities, or the expected return. */
  readonly scores: string;
  /** Version of the default domain's operators that it needs. */
  readonly opset: number;
  /** Of the domain `ai.onnx.ml`, where it uses it. */
  readonly mlOpset?: number;
}
