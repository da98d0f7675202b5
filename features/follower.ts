import { type MarketBars, sliceBars } from '../contracts/candles.ts';
import type { FeatureDefinition } from './definition.ts';
import { FeatureEngine } from './engine.ts';
import { CHUNK_BARS } from './kernels/kernel.ts';

/**
 * The newest row of a series, bar after bar: bit for bit what `computeFeatures` and `fillMissing` give over all bars from
 * the anchor on, without computing any of them again. One bar costs O(features), at most O(look-back).
 */
export class FeatureFollower {
  readonly #engine: FeatureEngine;
  readonly #maxFillBars: number;
  readonly #columns: readonly Float32Array[];
  readonly #lastKnown: Float32Array;
  /** Bars since the last known value, per feature. */
  readonly #age: Float64Array;

  constructor(definitions: readonly FeatureDefinition[], barMs: number, maxFillBars: number) {
    this.#engine = new FeatureEngine(definitions, barMs);
    this.#maxFillBars = maxFillBars;
    this.#columns = definitions.map(() => new Float32Array(CHUNK_BARS));
    this.#lastKnown = new Float32Array(definitions.length).fill(Number.NaN);
    this.#age = new Float64Array(definitions.length);
  }

  /**
   * Takes the next bars; the first ever is the anchor's.
   * @throws AlphaloomError FEATURE_INPUT_MISSING
   */
  advance(bars: MarketBars): void {
    const count = bars.close.length;
    for (let from = 0; from < count; from += CHUNK_BARS) {
      const to = Math.min(from + CHUNK_BARS, count);
      this.#engine.advance(sliceBars(bars, from, to), this.#columns, 0);
      for (let f = 0; f < this.#columns.length; f++) this.#remember(f, to - from);
    }
  }

  /** The row of the last bar taken; a value that is missing is the last known one while that is young enough, else NaN. */
  row(): Float32Array {
    return this.#lastKnown.map((value, f) => (this.#age[f] <= this.#maxFillBars ? value : Number.NaN));
  }

  #remember(feature: number, rows: number): void {
    const column = this.#columns[feature];
    for (let row = rows - 1; row >= 0; row--) {
      if (Number.isNaN(column[row])) continue;
      this.#lastKnown[feature] = column[row];
      this.#age[feature] = rows - 1 - row;
      return;
    }
    this.#age[feature] += rows;
  }
}
