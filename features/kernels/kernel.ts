import type { Candles } from '../../contracts/candles.ts';

export type Column = Float32Array | Float64Array;
export type KernelParameters = Readonly<Record<string, number>>;
/** Columns to write, by the kernel's output names; an output that nobody asked for is left out. */
export type KernelOutputs = Readonly<Record<string, Column | undefined>>;

/**
 * Computes a formula over all bars in float64 and writes every row of each given column: NaN during warm-up and where a
 * value is not finite. One pass, O(n), nothing allocated per row; row t reads bars up to t only.
 */
export type Kernel = (candles: Candles, parameters: KernelParameters, out: KernelOutputs) => void;

const LARGEST = 3.4028234663852886e38;

/** NaN for what float32 can't hold, so that both output types miss the same rows. */
export function finite(value: number): number {
  return Math.abs(value) <= LARGEST ? value : Number.NaN;
}
