import type { Recipe } from '../../contracts/recipe.ts';
import { decimals } from '../../contracts/wording.ts';
import type { VariantMeasures } from './measurement.ts';
import type { Variant } from './variants.ts';

export type VariantName = 'fp32' | Variant['name'];

/** A variant that was tried, or could not be made. */
export interface TriedVariant {
  readonly variant: VariantName;
  readonly result: VariantMeasures | { readonly why: string };
}

/** One line of the quantize step's table. */
export interface VariantReport {
  readonly variant: VariantName;
  readonly chosen: boolean;
  /** One sentence. */
  readonly reason: string;
  /** Null where it could not be made. */
  readonly measures: VariantMeasures | null;
}

export type Tolerance = Recipe['quantize'];

/** Sizes within this share of the smallest count as the same: the variant that is preferred is taken. */
const SAME_SIZE = 0.02;
/** What a model is aimed to be smaller than. */
const AIM_BYTES = 1_000_000;

/**
 * The smallest variant within tolerance. Size and agreement decide, which are the same in every run; a time only excludes,
 * and only where even the fastest run is over the ceiling. The float model is never excluded: the gate judges it.
 * @param tried the float model first, the others in the order of preference
 */
export function chooseVariant(tried: readonly TriedVariant[], tolerance: Tolerance): VariantReport[] {
  const faults = tried.map(candidate => faultOf(candidate, tolerance));
  const sound = tried.filter((_, at) => faults[at] === null);
  const smallest = Math.min(...sound.map(bytesOf));
  const chosen = sound.find(candidate => bytesOf(candidate) <= smallest * (1 + SAME_SIZE))!;
  return tried.map((candidate, at) => ({
    variant: candidate.variant,
    chosen: candidate === chosen,
    reason:
      faults[at] ?? (candidate === chosen ? praise(chosen, tried) : `${comparedWith(chosen, candidate)}.`),
    measures: 'why' in candidate.result ? null : candidate.result,
  }));
}

/** Why a variant may not serve; null where it may. */
function faultOf({ variant, result }: TriedVariant, tolerance: Tolerance): string | null {
  if ('why' in result) return result.why;
  if (variant === 'fp32') return null;
  const { agreement, maxProbabilityDifference, fastestMs1 } = result;
  if (agreement < tolerance.minAgreement) {
    return `It decides as the float model on ${share(agreement)} of the rows; ${share(tolerance.minAgreement)} are asked for.`;
  }
  // Written so that NaN is a fault too.
  if (!(maxProbabilityDifference <= tolerance.maxProbabilityDifference)) {
    return `A probability differs by ${maxProbabilityDifference.toFixed(4)} from the float model’s; ${tolerance.maxProbabilityDifference} is allowed.`;
  }
  return fastestMs1 > tolerance.maxLatencyMs
    ? `Even its fastest run of one row takes more than the ${tolerance.maxLatencyMs} ms that are allowed.`
    : null;
}

function praise(chosen: TriedVariant, tried: readonly TriedVariant[]): string {
  const bytes = bytesOf(chosen);
  const aim = bytes < AIM_BYTES ? '' : `, over the ${AIM_BYTES} that are aimed at`;
  if (chosen.variant === 'fp32') return `No smaller variant may serve: ${bytes} bytes${aim}.`;
  return `The smallest within tolerance: ${bytes} bytes, ${(bytesOf(tried[0]) / bytes).toFixed(1)} times smaller than the float model${aim}.`;
}

function comparedWith(chosen: TriedVariant, candidate: TriedVariant): string {
  const size = `${bytesOf(candidate)} bytes against ${bytesOf(chosen)}`;
  return bytesOf(candidate) < bytesOf(chosen)
    ? `About as small as ${chosen.variant} (${size}), which is preferred where sizes are alike`
    : `Larger than ${chosen.variant} (${size})`;
}

function share(value: number): string {
  return `${decimals(100 * value, 2)} %`;
}

function bytesOf({ result }: TriedVariant): number {
  return 'why' in result ? Number.POSITIVE_INFINITY : result.bytes;
}
