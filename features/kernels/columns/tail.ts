/** Values kept beyond those that the quantile needs, so that a window is rarely looked through anew. */
const SPARE = 10;

/**
 * A quantile in the lower tail of the last `period` values, by linear interpolation; NaN before that many came, and a NaN
 * empties the window. Only the smallest values are kept in order: most bars neither bring nor take one of them, and after so
 * many losses that they no longer suffice, the window is looked through once.
 */
export class WindowTail {
  readonly #period: number;
  /** Place of the value below the quantile, from 1 on, and the quantile's part of the way to the next. */
  readonly #below: number;
  readonly #part: number;
  /** By age. What is not there yet counts as infinite. */
  readonly #ring: Float64Array;
  /** The smallest from place 1 on, after a sentinel. */
  readonly #smallest: Float64Array;
  #kept = 0;
  #oldest = 0;
  #known = 0;

  /** @param share of the values below the quantile, 0 to 1; the cost grows with it */
  constructor(period: number, share: number) {
    const place = share * (period - 1);
    this.#period = period;
    this.#below = Math.min(1 + Math.floor(place), period - 1);
    this.#part = 1 + place - this.#below;
    this.#ring = new Float64Array(period);
    this.#smallest = new Float64Array(Math.min(this.#below + 1 + SPARE, period) + 1);
    this.#empty();
  }

  /** `out` may be the column itself. */
  advance(column: Float64Array, out: Float64Array, count: number): void {
    const period = this.#period;
    const ring = this.#ring;
    const smallest = this.#smallest;
    const below = this.#below;
    for (let i = 0; i < count; i++) {
      const value = column[i];
      if (Number.isNaN(value)) {
        this.#empty();
        out[i] = Number.NaN;
        continue;
      }
      const leaving = ring[this.#oldest];
      ring[this.#oldest] = value;
      this.#oldest = this.#oldest + 1 === period ? 0 : this.#oldest + 1;
      if (this.#known < period) this.#known++;
      if (leaving <= smallest[this.#kept]) this.#remove(leaving);
      if (value < smallest[this.#kept]) this.#insert(value);
      if (this.#kept <= below) this.#lookThrough();
      const lower = smallest[below];
      out[i] = this.#known < period ? Number.NaN : lower + this.#part * (smallest[below + 1] - lower);
    }
  }

  /** Takes out a value that is kept, or its equal. */
  #remove(value: number): void {
    const smallest = this.#smallest;
    const kept = this.#kept--;
    let next = smallest[kept];
    for (let place = kept - 1; next !== value; place--) {
      const here = smallest[place];
      smallest[place] = next;
      next = here;
    }
  }

  /** Puts a value among those kept; the largest gives way where they are too many. */
  #insert(value: number): void {
    const smallest = this.#smallest;
    if (this.#kept + 1 < smallest.length) this.#kept++;
    let place = this.#kept;
    for (; smallest[place - 1] > value; place--) smallest[place] = smallest[place - 1];
    smallest[place] = value;
  }

  #lookThrough(): void {
    const most = this.#smallest.length - 1;
    this.#kept = 0;
    for (const value of this.#ring)
      if (this.#kept < most || value < this.#smallest[most]) this.#insert(value);
  }

  #empty(): void {
    this.#ring.fill(Number.POSITIVE_INFINITY);
    this.#smallest.fill(Number.POSITIVE_INFINITY);
    this.#smallest[0] = Number.NEGATIVE_INFINITY;
    this.#kept = this.#smallest.length - 1;
    this.#known = 0;
  }
}
