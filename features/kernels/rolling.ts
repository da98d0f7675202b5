/*
 * Statistics over the last `period` values, O(1) per value. Values are taken in blocks of `period`; a window is the tail
 * of one block and the head of the next. Tails are summed once per block, so nothing is ever subtracted from a running
 * sum: no drift, and a spike leaves no trace once it has left the window.
 */

/** The value of `period` bars ago; NaN before that many came. */
export class Lag {
  readonly #values: Float64Array;
  #next = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period).fill(Number.NaN);
  }

  /** Takes a bar's value and gives back that of `period` bars before it. */
  exchange(value: number): number {
    const before = this.#values[this.#next];
    this.#values[this.#next] = value;
    if (++this.#next === this.#values.length) this.#next = 0;
    return before;
  }
}

/** Sum of the last `period` values; NaN before that many came. */
export class RollingSum {
  sum = Number.NaN;
  /** From `#filled` on the tails of the last block; before it the values of the new one, whose tails nobody reads. */
  readonly #tails: Float64Array;
  #head = 0;
  #filled = 0;

  constructor(period: number) {
    this.#tails = new Float64Array(period).fill(Number.NaN);
  }

  push(value: number): void {
    const tails = this.#tails;
    tails[this.#filled++] = value;
    this.#head += value;
    if (this.#filled === tails.length) {
      for (let i = tails.length - 2; i >= 0; i--) tails[i] += tails[i + 1];
      this.#head = 0;
      this.#filled = 0;
    }
    this.sum = tails[this.#filled] + this.#head;
  }
}

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

/** Highest high and lowest low of the last `period` bars; NaN before that many came. */
export class RollingRange {
  highest = Number.NaN;
  lowest = Number.NaN;
  /** Tails of the last block and bars of the new one share the slots, as in the sum. */
  readonly #highs: Float64Array;
  readonly #lows: Float64Array;
  #headHighest = Number.NEGATIVE_INFINITY;
  #headLowest = Number.POSITIVE_INFINITY;
  #filled = 0;

  constructor(period: number) {
    this.#highs = new Float64Array(period).fill(Number.NaN);
    this.#lows = new Float64Array(period).fill(Number.NaN);
  }

  push(high: number, low: number): void {
    const filled = this.#filled;
    this.#highs[filled] = high;
    this.#lows[filled] = low;
    if (high > this.#headHighest) this.#headHighest = high;
    if (low < this.#headLowest) this.#headLowest = low;
    this.#filled = filled + 1;
    if (this.#filled === this.#highs.length) this.#closeBlock();
    const tailHighest = this.#highs[this.#filled];
    const tailLowest = this.#lows[this.#filled];
    this.highest = Math.max(tailHighest, this.#headHighest);
    this.lowest = Math.min(tailLowest, this.#headLowest);
  }

  #closeBlock(): void {
    for (let i = this.#highs.length - 2; i >= 0; i--) {
      if (this.#highs[i + 1] > this.#highs[i]) this.#highs[i] = this.#highs[i + 1];
      if (this.#lows[i + 1] < this.#lows[i]) this.#lows[i] = this.#lows[i + 1];
    }
    this.#headHighest = Number.NEGATIVE_INFINITY;
    this.#headLowest = Number.POSITIVE_INFINITY;
    this.#filled = 0;
  }
}
