const NEAR = 3;
const FAR = 6;

/** Highest high and lowest low of each block of bars. */
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
    this.#near = extremesOf8(high, low);
    this.#far = extremesOf8(this.#near.high, this.#near.low);
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

/** Extremes of each eight values, the last block having fewer. */
function extremesOf8(high: Float64Array, low: Float64Array): Extremes {
  const blocks = (high.length >> 3) + 1;
  const highest = new Float64Array(blocks);
  const lowest = new Float64Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const end = Math.min(8 * block + 8, high.length);
    let top = Number.NEGATIVE_INFINITY;
    let bottom = Number.POSITIVE_INFINITY;
    for (let at = 8 * block; at < end; at++) {
      if (high[at] > top) top = high[at];
      if (low[at] < bottom) bottom = low[at];
    }
    highest[block] = top;
    lowest[block] = bottom;
  }
  return { high: highest, low: lowest };
}
