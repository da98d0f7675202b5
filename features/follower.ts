import { type MarketBars, sliceBars } from '../contracts/candles.ts';
import type { FeatureDefinition } from './definition.ts';
import { FeatureEngine } from './engine.ts';
import { CHUNK_BARS } from './kernels/kernel.ts';

/**
 * The newest rows of a series, bar after bar: bit for bit what `computeFeatures` and `fillMissing` give over all bars from
 * the anchor on, without computing any of them again. One bar costs O(features), at most O(look-back).
 */
export class FeatureFollower {
  readonly #engine: FeatureEngine;
  readonly #maxFillBars: number;
  readonly #columns: readonly Float32Array[];
  readonly #lastKnown: Float32Array;
  /** Bars since the last known value, per feature. */
  readonly #age: Float64Array;
  readonly #steps: number;
  /** The last rows in a ring, `#next` being the oldest's place; NaN where there was no bar yet. */
  readonly #rows: Float32Array;
  #next = 0;

  /** @param steps rows that are remembered */
  constructor(definitions: readonly FeatureDefinition[], barMs: number, maxFillBars: number, steps: number) {
    this.#engine = new FeatureEngine(definitions, barMs);
    this.#maxFillBars = maxFillBars;
    this.#columns = definitions.map(() => new Float32Array(CHUNK_BARS));
    this.#lastKnown = new Float32Array(definitions.length).fill(Number.NaN);
    this.#age = new Float64Array(definitions.length);
    this.#steps = steps;
    this.#rows = new Float32Array(steps * definitions.length).fill(Number.NaN);
  }

  /**
   * Takes the next bars; the first ever is the anchor's.
   * @throws AlphaloomError FEATURE_INPUT_MISSING
   */
  advance(bars: MarketBars): void {
    const count = bars.close.length;
    // Of older rows only each feature's last known value matters.
    const kept = Math.max(0, count - this.#steps);
    this.#walk(bars, 0, kept, rows => {
      for (let f = 0; f < this.#columns.length; f++) this.#remember(f, 0, rows);
    });
    this.#walk(bars, kept, count, rows => {
      for (let row = 0; row < rows; row++) {
        for (let f = 0; f < this.#columns.length; f++) this.#remember(f, row, row + 1);
        this.#keepRow();
      }
    });
  }

  /**
   * The last rows, oldest first, row-major `[steps, features]`; a value that was missing is the last one known by then while
   * that was young enough, else NaN.
   */
  window(): Float32Array {
    const from = this.#next * this.#columns.length;
    const window = new Float32Array(this.#rows.length);
    window.set(this.#rows.subarray(from));
    window.set(this.#rows.subarray(0, from), this.#rows.length - from);
    return window;
  }

  /** Computes the bars [from, to) in chunks, the rows of each at the start of the columns. */
  #walk(bars: MarketBars, from: number, to: number, take: (rows: number) => void): void {
    for (let at = from; at < to; at += CHUNK_BARS) {
      const end = Math.min(at + CHUNK_BARS, to);
      this.#engine.advance(sliceBars(bars, at, end), this.#columns, 0);
      take(end - at);
    }
  }

  #keepRow(): void {
    const width = this.#columns.length;
    for (let f = 0; f < width; f++)
      this.#rows[this.#next * width + f] =
        this.#age[f] <= this.#maxFillBars ? this.#lastKnown[f] : Number.NaN;
    this.#next = (this.#next + 1) % this.#steps;
  }

  /** Of the rows [from, to) of the columns. */
  #remember(feature: number, from: number, to: number): void {
    const column = this.#columns[feature];
    for (let row = to - 1; row >= from; row--) {
      if (Number.isNaN(column[row])) continue;
      this.#lastKnown[feature] = column[row];
      this.#age[feature] = to - 1 - row;
      return;
    }
    this.#age[feature] += to - from;
  }
}
