/**
 * Exponential average less the value it follows, from the changes of that value; seeded with the simple average of the
 * first `period` values, NaN before. Kept as the difference, u ← (1 − α)(u − change) with α = 2 / (period + 1): small moves
 * of a high price keep their digits.
 */
export class ExponentialDeviation {
  readonly #period: number;
  readonly #decay: number;
  #known: number;
  #offset = 0;
  #sum = 0;
  #deviation = Number.NaN;

  /** @param skip values before the first of the seed */
  constructor(period: number, skip = 0) {
    this.#period = period;
    this.#decay = 1 - 2 / (period + 1);
    this.#known = 1 - skip;
  }

  /** @param changes of the value, NaN up to its first; `out` may be the same column */
  advance(changes: Float64Array, out: Float64Array, count: number): void {
    let i = this.#seed(changes, out, count);
    const decay = this.#decay;
    let deviation = this.#deviation;
    for (; i < count; i++) {
      deviation = decay * (deviation - changes[i]);
      out[i] = deviation;
    }
    this.#deviation = deviation;
  }

  /** Takes the seed's values and gives back how many rows they were. */
  #seed(changes: Float64Array, out: Float64Array, count: number): number {
    let i = 0;
    for (; i < count && this.#known < this.#period; i++) {
      const change = changes[i];
      out[i] = Number.NaN;
      if (Number.isNaN(change)) continue;
      if (++this.#known <= 1) continue;
      this.#offset += change;
      this.#sum += this.#offset;
      if (this.#known < this.#period) continue;
      this.#deviation = this.#sum / this.#period - this.#offset;
      out[i] = this.#deviation;
    }
    return i;
  }
}

/** Exponential average of a column of moderate numbers, such as oscillators; its first value is the column's. */
export class ExponentialAverage {
  readonly #share: number;
  #average = Number.NaN;

  constructor(period: number) {
    this.#share = 2 / (period + 1);
  }

  /** `out` may be the column itself; leading NaN are passed on. */
  advance(column: Float64Array, out: Float64Array, count: number): void {
    let i = 0;
    let average = this.#average;
    for (; i < count && Number.isNaN(average); i++) {
      average = column[i];
      out[i] = average;
    }
    const share = this.#share;
    const kept = 1 - share;
    for (; i < count; i++) {
      average = kept * average + share * column[i];
      out[i] = average;
    }
    this.#average = average;
  }
}
