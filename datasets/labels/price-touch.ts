const NEAR = 3;
const FAR = 6;

/** Highest high and lowest low of each block of 2^shift bars; NaN where a price of the block is. */
interface Extremes {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/**
 * Finds the first bar that reaches one of two prices. Blocks of 64 and of 8 bars whose extremes reach neither are stepped
 * over, so a search over H bars costs about H / 64 + 16 steps where nothing is reached, and a step per bar where it is soon.
 */
export class PriceTouch {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #near: Extremes;
  readonly #far: Extremes;

  constructor(high: Float64Array, low: Float64Array) {
    this.#high = high;
    this.#low = low;
    this.#near = extremes(high, low, NEAR);
    this.#far = extremes(high, low, FAR);
  }

  /** The first bar of `from` … `to` whose high is at or over `upper` or whose low is at or under `lower`, else `to`. */
  first(upper: number, lower: number, from: number, to: number): number {
    const high = this.#high;
    const low = this.#low;
    const near = this.#near;
    const far = this.#far;
    let bar = from;
    const firstBlock = Math.min(to, blockAfter(from));
    for (; bar < firstBlock; bar++) if (high[bar] >= upper || low[bar] <= lower) return bar;
    for (;;) {
      while (
        (bar & 63) === 0 &&
        bar + 64 <= to &&
        far.high[bar >> FAR] < upper &&
        far.low[bar >> FAR] > lower
      )
        bar += 64;
      if (bar + 8 > to || !(near.high[bar >> NEAR] < upper && near.low[bar >> NEAR] > lower)) break;
      bar += 8;
    }
    for (; bar < to; bar++) if (high[bar] >= upper || low[bar] <= lower) return bar;
    return to;
  }
}

function blockAfter(bar: number): number {
  return (bar + 7) & ~7;
}

function extremes(high: Float64Array, low: Float64Array, shift: number): Extremes {
  const blocks = (high.length >> shift) + 1;
  const highest = new Float64Array(blocks).fill(Number.NEGATIVE_INFINITY);
  const lowest = new Float64Array(blocks).fill(Number.POSITIVE_INFINITY);
  for (let bar = 0; bar < high.length; bar++) {
    const block = bar >> shift;
    if (high[bar] > highest[block]) highest[block] = high[bar];
    if (low[bar] < lowest[block]) lowest[block] = low[bar];
  }
  return { high: highest, low: lowest };
}
