/**
 * Highest of one column and lowest of another over the last `period` bars; NaN before that many came and in a window with a
 * NaN. Blocks as in `WindowSum`. The larger of two is a + max(0, b − a) with |x| for the branch, which a processor would
 * guess wrong too often: exact where the window's values are within a factor of two, else to half an ulp of the largest.
 */
export class WindowRange {
  readonly #period: number;
  /** Tails of the last block and values of the new one share the slots, as in the sum. */
  readonly #highs: Float64Array;
  readonly #lows: Float64Array;
  #highest = Number.NaN;
  #lowest = Number.NaN;
  #filled = 0;

  constructor(period: number) {
    this.#period = period;
    this.#highs = new Float64Array(period + 1).fill(Number.NaN);
    this.#lows = new Float64Array(period + 1).fill(Number.NaN);
  }

  /** `highest` may be the column `high`, `lowest` the column `low`, and both columns may be the same one. */
  advance(
    high: Float64Array,
    low: Float64Array,
    highest: Float64Array,
    lowest: Float64Array,
    count: number,
  ): void {
    const period = this.#period;
    const highs = this.#highs;
    const lows = this.#lows;
    let headHighest = this.#highest;
    let headLowest = this.#lowest;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      if (filled === 0) {
        headHighest = high[i];
        headLowest = low[i];
      }
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const newHigh = high[i];
        const newLow = low[i];
        highs[filled] = newHigh;
        lows[filled++] = newLow;
        const higher = newHigh - headHighest;
        const lower = headLowest - newLow;
        headHighest += 0.5 * (higher + Math.abs(higher));
        headLowest -= 0.5 * (lower + Math.abs(lower));
        const tailHigher = highs[filled] - headHighest;
        const tailLower = headLowest - lows[filled];
        highest[i] = headHighest + 0.5 * (tailHigher + Math.abs(tailHigher));
        lowest[i] = headLowest - 0.5 * (tailLower + Math.abs(tailLower));
      }
      if (filled < period) break;
      extendTails(highs, lows, period);
      highest[i - 1] = highs[0];
      lowest[i - 1] = lows[0];
      filled = 0;
    }
    this.#highest = headHighest;
    this.#lowest = headLowest;
    this.#filled = filled;
  }
}

function extendTails(highs: Float64Array, lows: Float64Array, period: number): void {
  let highest = highs[period - 1];
  let lowest = lows[period - 1];
  for (let k = period - 2; k >= 0; k--) {
    const higher = highs[k] - highest;
    const lower = lowest - lows[k];
    highest += 0.5 * (higher + Math.abs(higher));
    lowest -= 0.5 * (lower + Math.abs(lower));
    highs[k] = highest;
    lows[k] = lowest;
  }
}
