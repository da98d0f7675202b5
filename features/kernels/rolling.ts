/*
 * For loops that go value by value; formulas over columns take `columns/`. Values are taken in blocks of `period`; a window is
 * the tail of one block and the head of the next. Tails are summed once per block, so nothing is ever subtracted from a running
 * sum: no drift, and a spike leaves no trace once it has left the window.
 */

/**
 * Mean and population variance of the last `period` values, NaN before that many came. Sums are of differences to
 * `reference`, a value inside the window: S2 − S1²/n then loses at most a factor n of precision, at any price level.
 */
export class RollingMoments {
  /** The mean is `reference + meanOffset`; apart, so that a difference to a near value stays exact. */
  reference = 0;
  meanOffset = Number.NaN;
  variance = Number.NaN;
  readonly #values: Float64Array;
  readonly #tailSums: Float64Array;
  readonly #tailSquares: Float64Array;
  readonly #share: number;
  #headSum = 0;
  #headSquares = 0;
  #filled = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period);
    this.#tailSums = new Float64Array(period).fill(Number.NaN);
    this.#tailSquares = new Float64Array(period).fill(Number.NaN);
    this.#share = 1 / period;
  }

  push(value: number): void {
    this.#values[this.#filled++] = value;
    if (this.#filled === this.#values.length) this.#closeBlock(value);
    else {
      const difference = value - this.reference;
      this.#headSum += difference;
      this.#headSquares += difference * difference;
    }
    const sum = this.#tailSums[this.#filled] + this.#headSum;
    const squares = this.#tailSquares[this.#filled] + this.#headSquares;
    this.meanOffset = sum * this.#share;
    this.variance = Math.max(0, (squares - sum * this.meanOffset) * this.#share);
  }

  /** The block's last value lies in every window of the next block, so it becomes the reference. */
  #closeBlock(last: number): void {
    let sum = 0;
    let squares = 0;
    for (let i = this.#values.length - 1; i >= 0; i--) {
      const difference = this.#values[i] - last;
      sum += difference;
      squares += difference * difference;
      this.#tailSums[i] = sum;
      this.#tailSquares[i] = squares;
    }
    this.reference = last;
    this.#headSum = 0;
    this.#headSquares = 0;
    this.#filled = 0;
  }
}
