/**
 * Wilder's smoothing as a sum, S ← S (period − 1) / period + value: `period` times his average. The first `seed` values are
 * added up plainly; NaN before `period` values came.
 */
export class WilderSum {
  readonly #period: number;
  readonly #seed: number;
  #known = 0;
  #sum = 0;

  constructor(period: number, seed = period) {
    this.#period = period;
    this.#seed = seed;
  }

  /** Leading NaN are not counted; `out` may be the column itself. */
  advance(column: Float64Array, out: Float64Array, count: number): void {
    const kept = 1 - 1 / this.#period;
    let sum = this.#sum;
    let i = 0;
    for (; i < count && this.#known < this.#period; i++) {
      const value = column[i];
      out[i] = Number.NaN;
      if (Number.isNaN(value)) continue;
      sum = this.#known++ < this.#seed ? sum + value : kept * sum + value;
      if (this.#known === this.#period) out[i] = sum;
    }
    for (; i < count; i++) {
      sum = kept * sum + column[i];
      out[i] = sum;
    }
    this.#sum = sum;
  }
}
