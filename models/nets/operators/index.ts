import type { Callable, Operator } from '../operator.ts';
import type { Tape } from '../tape.ts';
import { Value } from '../value.ts';
import { gelu, logSoftmax, relu, sigmoid, softmax, tanh } from './activations.ts';
import {
  add,
  affine,
  clip,
  divide,
  exp,
  log,
  maximum,
  minimum,
  multiply,
  power,
  sqrt,
  subtract,
} from './arithmetic.ts';
import { unfold } from './convolution.ts';
import { gru } from './gru.ts';
import { linear, matmul } from './linear.ts';
import { lstm } from './lstm.ts';
import { batchNorm, layerNorm } from './normalization.ts';
import { maxPool } from './pooling.ts';
import { mean, sum } from './reductions.ts';
import { concat, reshape, slice, transpose } from './shapes.ts';

/** Everything that can be differentiated. A new operator is a line here and a case in the gradient checks. */
export const OPERATORS = {
  // arithmetic, with broadcasting
  add,
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  affine,
  clip,
  exp,
  log,
  sqrt,
  power,
  // activations
  relu,
  gelu,
  tanh,
  sigmoid,
  softmax,
  logSoftmax,
  // shapes and reductions
  reshape,
  transpose,
  concat,
  slice,
  sum,
  mean,
  // layers
  matmul,
  linear,
  unfold,
  maxPool,
  batchNorm,
  layerNorm,
  lstm,
  gru,
};

/** The operators as functions: `ops.add(a, b)`, `ops.softmax(a, { axis: 1 })`. */
export type Operations = { readonly [Name in keyof typeof OPERATORS]: Callable<(typeof OPERATORS)[Name]> };

/** Operators that are emitted into the tape's graph, and recorded where a gradient may be asked of them. */
export function operationsOn(tape: Tape): Operations {
  const call =
    (operator: Operator<readonly Value[], unknown, readonly Value[]>) =>
    (...args: unknown[]) => {
      const attributes = args.at(-1) instanceof Value ? undefined : args.pop();
      return tape.apply(operator, args as Value[], attributes);
    };
  const table = Object.entries(OPERATORS).map(([name, operator]) => [name, call(operator as never)]);
  return Object.fromEntries(table) as Operations;
}
