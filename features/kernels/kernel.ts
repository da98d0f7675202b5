import type { MarketBars } from '../../contracts/candles.ts';

export type Column = Float32Array | Float64Array;
export type KernelParameters = Readonly<Record<string, number>>;

/**
 * Columns that a formula reads: those of the bars, and some that several formulas need and the engine computes once:
 * `perClose` 1 / close, `typicalPrice` (high + low + close) / 3, and, NaN at the first bar, `logReturn`
 * log(close / previous close), `closeChange` close − previous close and `trueRange` (Wilder's).
 */
export type InputColumn = keyof MarketBars | DerivedColumn;
export type DerivedColumn = 'perClose' | 'logReturn' | 'closeChange' | 'trueRange' | 'typicalPrice';

/** Bars that a formula is given at once, at most: their columns stay in the processor's nearest cache. */
export const CHUNK_BARS = 2_048;

/** Consecutive bars with the columns that the kernel's `inputs` name. */
export type KernelBars = MarketBars & { readonly [Column in DerivedColumn]: Float64Array };

/** Columns to write, by the kernel's output names; an output that nobody asked for is left out. */
export type KernelOutputs = Readonly<Record<string, Float64Array | undefined>>;

/** A formula under way: what it remembers of the bars it has seen. */
export interface Formula {
  /**
   * Takes the next bars, one to `CHUNK_BARS`, and writes a row for each: NaN while it has not enough of them. How the bars are cut
   * into calls changes nothing. Nothing is allocated per bar.
   */
  advance(bars: KernelBars, out: KernelOutputs): void;
}

/** A formula with parameters and one or more outputs; values are float64, not finite ones count as missing. */
export interface Kernel {
  /** Part of the schema hash. */
  readonly name: string;
  readonly inputs: readonly InputColumn[];
  readonly outputs: readonly string[];
  /** The formula before the series' first bar. `barMs`: duration of a bar. */
  start(parameters: KernelParameters, barMs: number): Formula;
}
