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
  /** @param calibration windows of the training block */
  make(model: ModelProto, calibration: WindowTable): Promise<ModelProto | null>;
  /** Why `make` may answer null. */
  readonly absence: string;
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
    make: async model => float16Weights(model),
    absence: 'none of its weights fits float16',
  },
  {
    name: 'int8-weights',
    serving: 'whole-batch',
    opset: 1,
    make: async model => int8Weights(model),
    absence: 'it has no weights',
  },
  {
    name: 'int8-static',
    serving: 'whole-batch',
    opset: STATIC_OPSET,
    make: makeStatic,
    absence: 'it has no convolution or dense layer whose inputs have finite ranges',
  },
  {
    name: 'int8-dynamic',
    serving: 'row-by-row',
    opset: DYNAMIC_OPSET,
    make: async model => int8Dynamic(model),
    absence: 'it has no dense or LSTM layer',
  },
];

export async function makeVariant(
  { make, opset, absence }: Variant,
  model: ModelProto,
  calibration: WindowTable,
): Promise<MadeVariant> {
  const given = defaultOpset(model);
  if (given < opset)
    return { why: `Not made: it needs operators of version ${opset}, the model’s are ${given}.` };
  const made = await make(model, calibration);
  return made ? { model: made } : { why: `Not made: ${absence}.` };
}

async function makeStatic(model: ModelProto, calibration: WindowTable): Promise<ModelProto | null> {
  const { rounded, rangeOf } = planIntegers(model);
  if (rounded.size === 0) return null;
  const ranges = await measureRanges(model, new Set([...rounded].map(rangeOf)), calibration);
  return ranges && int8Static(model, ranges);
}
