import type { DecisionRule } from '../../contracts/decision.ts';
import type { WindowTable } from '../../features/window.ts';
import { foldConstants } from '../onnx/constant-folding.ts';
import { type Serving, withServing } from '../onnx/contract.ts';
import type { ModelProto } from '../onnx/messages.ts';
import { runRows } from '../onnx/row-chunks.ts';
import { decodeModel, encodeModel } from '../onnx/schema.ts';
import { DEFAULT_LIMITS, openSession } from '../onnx/session.ts';
import { trainingCancelled } from '../workers/worker-thread.ts';
import {
  chooseVariant,
  type Tolerance,
  type TriedVariant,
  type VariantName,
  type VariantReport,
} from './choice.ts';
import {
  keepsRowsApart,
  measureVariant,
  type OpenSession,
  type Reference,
  type VariantMeasures,
} from './measurement.ts';
import { makeVariant, VARIANTS } from './variants.ts';
import { findWeights } from './weights.ts';

export type { VariantReport } from './choice.ts';

export interface QuantizeInput {
  /** The float model. */
  readonly model: Uint8Array;
  /** Of the training block: they give static quantization its ranges. */
  readonly calibration: WindowTable;
  /** Of the validation block: variants are compared on them. */
  readonly validation: WindowTable;
  /** How answers become decisions. */
  readonly decision: DecisionRule;
  readonly tolerance: Tolerance;
  /** For durations, ms. */
  readonly monotonicMs: () => number;
  /** Ends it within a run of a model, or the making of a variant. */
  readonly signal?: AbortSignal;
}

/** The variant that serves. */
export interface ChosenVariant extends VariantMeasures {
  readonly variant: VariantName;
  readonly reason: string;
}

export interface QuantizeResult {
  /** Bytes of the chosen variant. */
  readonly model: Uint8Array;
  readonly chosen: ChosenVariant;
  readonly variants: readonly VariantReport[];
}

/** Evenly spaced where a block has more: neighbours say nearly the same. */
const MOST_ROWS = { calibration: 1_000, validation: 5_000 };

const NOTHING_TO_QUANTIZE = 'Nothing to quantize: it has no weight matrices worth making smaller.';

/**
 * Makes every variant of a float model, measures each as it would serve, and chooses the smallest within tolerance. Same
 * input, same bytes. A model without weight matrices is passed on.
 * @throws AlphaloomError MODEL_INVALID, TRAINING_CANCELLED
 */
export async function quantizeModel(input: QuantizeInput): Promise<QuantizeResult> {
  const float = await foldConstants(decodeModel(input.model));
  const validation = evenlySpaced(input.validation, MOST_ROWS.validation);
  const calibration = evenlySpaced(input.calibration, MOST_ROWS.calibration);
  const served = new Map<VariantName, Uint8Array>();
  const open: OpenSession = bytes => openSession(bytes, DEFAULT_LIMITS, input.signal);
  const serve = async (variant: VariantName, bytes: Uint8Array): Promise<Uint8Array> => {
    const apart = await withRowsApart(bytes, validation, open);
    served.set(variant, apart);
    return apart;
  };
  const measure = (bytes: Uint8Array, reference: Reference): Promise<VariantMeasures> =>
    measureVariant(bytes, validation, reference, input.monotonicMs, open);

  const floatBytes = await serve('fp32', input.model);
  const reference = { answers: await answersOf(floatBytes, validation, open), decision: input.decision };
  const tried: TriedVariant[] = [{ variant: 'fp32', result: await measure(floatBytes, reference) }];
  const isWorthIt = findWeights(float.graph!).length > 0;
  for (const variant of isWorthIt ? VARIANTS : []) {
    if (input.signal?.aborted) throw trainingCancelled();
    const made = await makeVariant(variant, float, calibration);
    if ('why' in made) {
      tried.push({ variant: variant.name, result: made });
      continue;
    }
    const bytes = await serve(variant.name, encodeServed(made.model, variant.serving));
    tried.push({ variant: variant.name, result: await measure(bytes, reference) });
  }
  return resultOf(chooseVariant(tried, input.tolerance), served, isWorthIt);
}

function resultOf(
  reports: readonly VariantReport[],
  served: ReadonlyMap<VariantName, Uint8Array>,
  isWorthIt: boolean,
): QuantizeResult {
  const variants = isWorthIt ? reports : reports.map(report => ({ ...report, reason: NOTHING_TO_QUANTIZE }));
  const { variant, reason, measures } = variants.find(({ chosen }) => chosen)!;
  return { model: served.get(variant)!, chosen: { variant, reason, ...measures! }, variants };
}

/** A model whose rows see one another in a batch is marked to be run row by row. */
async function withRowsApart(
  model: Uint8Array,
  windows: WindowTable,
  open: OpenSession,
): Promise<Uint8Array> {
  const session = await open(model);
  try {
    const isApart = session.info.serving === 'row-by-row' || (await keepsRowsApart(session, windows));
    return isApart ? model : encodeServed(decodeModel(model), 'row-by-row');
  } finally {
    await session.dispose();
  }
}

function encodeServed(model: ModelProto, serving: Serving): Uint8Array {
  return encodeModel({ ...model, metadataProps: withServing(model.metadataProps ?? [], serving) });
}

async function answersOf(model: Uint8Array, windows: WindowTable, open: OpenSession): Promise<Float32Array> {
  const session = await open(model);
  try {
    return await runRows(session, windows);
  } finally {
    await session.dispose();
  }
}

function evenlySpaced(windows: WindowTable, most: number): WindowTable {
  const { length } = windows.ends;
  if (length <= most) return windows;
  const ends = Int32Array.from({ length: most }, (_, at) => windows.ends[Math.floor((at * length) / most)]);
  return { ...windows, ends };
}
