import type { WindowTable } from '../../features/window.ts';
import type { Serving } from '../onnx/contract.ts';
import type { ModelProto } from '../onnx/messages.ts';
import { planIntegers } from './activations.ts';
import { measureRanges } from './calibration.ts';
import { defaultOpset } from './graph-rewrite.ts';
import { DYNAMIC_OPSET, int8Dynamic } from './int8-dynamic.ts';
import { int8Static, STATIC_OPSET } from './int8-static.ts';
import { float16Weights, int8Weights } from './stored-weights.ts';

/** A variant's graph, or why this model has none. */
export type MadeVariant = { readonly model: ModelProto } | { readonly why: string };

/** One way to make a float model smaller. */
export interface Variant {
  readonly name: 'fp16-weights' | 'int8-weights' | 'int8-static' | 'int8-dynamic';
  /** How it is run unless its rows turn out to see one another. */
  readonly serving: Serving;
  /** The default domain's version that it needs. */
  readonly opset: number;
  /** @returns the variant's graph, or what the model lacks for it */
  make(model: ModelProto, calibration: WindowTable): Promise<ModelProto | string>;
}

/**
 * In the order in which they are preferred where sizes are about the same: what computes in float32 is as fast as the float
 * model and closest to it, and needs neither calibration nor a run for each row.
 */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'fp16-weights',
    serving: 'whole-batch',
    opset: 1,
    make: async model => float16Weights(model) ?? 'none of its weights fits float16',
  },
  {
    name: 'int8-weights',
    serving: 'whole-batch',
    opset: 1,
    make: async model => int8Weights(model) ?? 'it has no weights',
  },
  { name: 'int8-static', serving: 'whole-batch', opset: STATIC_OPSET, make: makeStatic },
  {
    name: 'int8-dynamic',
    serving: 'row-by-row',
    opset: DYNAMIC_OPSET,
    make: async model => int8Dynamic(model) ?? 'it has no dense or LSTM layer',
  },
];

/** @param calibration windows of the training block */
export async function makeVariant(
  { make, opset }: Variant,
  model: ModelProto,
  calibration: WindowTable,
): Promise<MadeVariant> {
  const given = defaultOpset(model);
  if (given < opset)
    return { why: `Not made: it needs operators of version ${opset}, the model’s are ${given}.` };
  const made = await make(model, calibration);
  return typeof made === 'string' ? { why: `Not made: ${made}.` } : { model: made };
}

async function makeStatic(model: ModelProto, calibration: WindowTable): Promise<ModelProto | string> {
  // Training rows are of a flat account: they do not show what else these numbers may be.
  if (model.graph!.input!.length > 1) return 'it looks at the account too, whose ranges no row shows';
  const { rounded, rangeOf } = planIntegers(model);
  const ranges =
    rounded.size === 0 ? null : await measureRanges(model, new Set([...rounded].map(rangeOf)), calibration);
  const made = ranges && int8Static(model, ranges);
  return made ?? 'it has no convolution or dense layer whose inputs have finite ranges';
}
