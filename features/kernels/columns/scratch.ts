import { CHUNK_BARS } from '../kernel.ts';

/**
 * Columns for what formulas compute on the way, shared by all of them so that they stay in the processor's nearest cache.
 * Nothing in them outlives one call of `advance`.
 */
export const SCRATCH: readonly Float64Array[] = Array.from({ length: 8 }, () => new Float64Array(CHUNK_BARS));
