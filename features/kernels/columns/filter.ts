import { History } from './history.ts';

/** Average of the newest values by fixed weights that add up to 1, less the newest value. O(weights) per value. */
export class WindowFilter {
  readonly #weights: Float64Array;
  readonly #window: History;

  /** @param weights oldest first */
  constructor(weights: Float64Array) {
    this.#weights = weights;
    this.#window = new History(weights.length - 1);
  }

  advance(column: Float64Array, out: Float64Array, count: number): void {
    this.#window.advance(column, count);
    const values = this.#window.values;
    const weights = this.#weights;
    const last = weights.length - 1;
    for (let i = 0; i < count; i++) {
      const newest = values[i + last];
      let even = 0;
      let odd = 0;
      let k = 0;
      // Two sums, so that one addition does not wait for the other.
      for (; k + 1 < last; k += 2) {
        even += weights[k] * (values[i + k] - newest);
        odd += weights[k + 1] * (values[i + k + 1] - newest);
      }
      if (k < last) even += weights[k] * (values[i + k] - newest);
      out[i] = even + odd;
    }
  }
}
