/*
 * Windows over columns, O(1) per value. Values are taken in blocks of `period`; a window is the tail of one block and the
 * head of the next. Tails are summed once per block, so nothing is ever subtracted from a running sum: no drift, and a
 * spike leaves no trace once it has left the window. A window with a NaN in it is NaN, and none after it.
 */

/** Sum of the last `period` values; NaN before that many came. */
export class WindowSum {
  readonly #period: number;
  /** From `#filled` on the tails of the last block, then 0; before it the values of the new one, whose tails nobody reads. */
  readonly #tails: Float64Array;
  #head = 0;
  #filled = 0;

  constructor(period: number) {
    this.#period = period;
    this.#tails = new Float64Array(period + 1).fill(Number.NaN, 0, period);
  }

  /** `out` may be the column itself. */
  advance(column: Float64Array, out: Float64Array, count: number): void {
    const tails = this.#tails;
    const period = this.#period;
    let head = this.#head;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const value = column[i];
        tails[filled++] = value;
        head += value;
        out[i] = tails[filled] + head;
      }
      if (filled < period) break;
      sumTails(tails, period);
      head = 0;
      filled = 0;
    }
    this.#head = head;
    this.#filled = filled;
  }
}

function sumTails(tails: Float64Array, period: number): void {
  let sum = 0;
  for (let k = period - 1; k >= 0; k--) {
    sum += tails[k];
    tails[k] = sum;
  }
}
