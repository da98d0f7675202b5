import { CHUNK_BARS } from '../kernel.ts';

/** A column's newest values with those of `reach` bars before them, side by side; NaN before the first. */
export class History {
  /** After `advance`, bar i of the call is at `reach + i`, and the bar `reach` before it at `i`. */
  readonly values: Float64Array;
  readonly #reach: number;
  #count = 0;

  constructor(reach: number) {
    this.values = new Float64Array(reach + CHUNK_BARS).fill(Number.NaN);
    this.#reach = reach;
  }

  advance(column: Float64Array, count: number): void {
    const values = this.values;
    const reach = this.#reach;
    values.copyWithin(0, this.#count, this.#count + reach);
    for (let i = 0; i < count; i++) values[reach + i] = column[i];
    this.#count = count;
  }
}
