/**
 * The last `period` values in order of size: quantiles by linear interpolation, and the newest value's rank. NaN before that
 * many came; a NaN empties the window. A new value takes the oldest one's place and moves past those between them:
 * O(log period) to find it, up to `period` moves.
 */
export class WindowOrder {
  readonly #period: number;
  /** Per quantile: the place below it, from 1 on, and its part of the way to the next. */
  readonly #places: Uint32Array;
  readonly #parts: Float64Array;
  /** By age. What is not there yet counts as infinite. */
  readonly #ring: Float64Array;
  /** By size, from place 1 on, between two sentinels. */
  readonly #sorted: Float64Array;
  #oldest = 0;
  #known = 0;

  /** @param shares of the values below each quantile, 0 to 1 */
  constructor(period: number, shares: readonly number[]) {
    this.#period = period;
    this.#places = Uint32Array.from(shares, share => Math.min(1 + share * (period - 1), period - 1));
    this.#parts = Float64Array.from(shares, (share, q) => 1 + share * (period - 1) - this.#places[q]);
    this.#ring = new Float64Array(period);
    this.#sorted = new Float64Array(period + 2);
    this.#empty();
  }

  /**
   * @param toQuantiles a column per share: the quantile less the newest value; those that nobody asked for are left out
   * @param rank share of values up to the newest, equal ones counted at the mean of their ranks; 1 is the largest
   */
  advance(
    column: Float64Array,
    toQuantiles: readonly (Float64Array | undefined)[],
    rank: Float64Array | undefined,
    count: number,
  ): void {
    const period = this.#period;
    const ring = this.#ring;
    const sorted = this.#sorted;
    for (let i = 0; i < count; i++) {
      const value = column[i];
      let place = 1;
      if (Number.isNaN(value)) this.#empty();
      else {
        place = replace(sorted, ring[this.#oldest], value, period);
        ring[this.#oldest] = value;
        this.#oldest = this.#oldest + 1 === period ? 0 : this.#oldest + 1;
        if (this.#known < period) this.#known++;
      }
      const isFull = this.#known === period;
      for (let q = 0; q < toQuantiles.length; q++) {
        const out = toQuantiles[q];
        if (out === undefined) continue;
        const below = sorted[this.#places[q]];
        const above = sorted[this.#places[q] + 1];
        out[i] = isFull ? below - value + this.#parts[q] * (above - below) : Number.NaN;
      }
      if (rank) rank[i] = isFull ? averageRank(sorted, place) / period : Number.NaN;
    }
  }

  #empty(): void {
    this.#ring.fill(Number.POSITIVE_INFINITY);
    this.#sorted.fill(Number.POSITIVE_INFINITY);
    this.#sorted[0] = Number.NEGATIVE_INFINITY;
    this.#known = 0;
  }
}

/** Puts a value in the place of another and moves it past those it has overtaken; gives back where it stands. */
function replace(sorted: Float64Array, leaving: number, value: number, period: number): number {
  let place = 1;
  for (let length = period; length > 1; ) {
    const half = length >>> 1;
    if (sorted[place + half] <= leaving) place += half;
    length -= half;
  }
  if (value < leaving) {
    for (let next = sorted[place - 1]; next > value; next = sorted[place - 1]) sorted[place--] = next;
  } else {
    for (let next = sorted[place + 1]; next < value; next = sorted[place + 1]) sorted[place++] = next;
  }
  sorted[place] = value;
  return place;
}

/** Rank from 1 on; equal values share the mean of theirs. */
function averageRank(sorted: Float64Array, place: number): number {
  const value = sorted[place];
  let first = place;
  let last = place;
  while (sorted[first - 1] === value) first--;
  while (sorted[last + 1] === value) last++;
  return 0.5 * (first + last);
}
