import { History } from './history.ts';

/** Highest or lowest of the last `period` values and its age; NaN before that many came. O(1) as a rule, O(period) at worst. */
export class WindowExtreme {
  readonly #period: number;
  readonly #sign: 1 | -1;
  readonly #window: History;
  #missing: number;
  /** The extreme, and its bar counted from the next call's first. */
  #best = Number.NEGATIVE_INFINITY;
  #at = 0;

  constructor(period: number, kind: 'highest' | 'lowest') {
    this.#period = period;
    this.#sign = kind === 'highest' ? 1 : -1;
    this.#window = new History(period);
    this.#missing = period - 1;
  }

  /**
   * Leading NaN are not counted. `out` may be the column itself.
   * @param ages bars since the extreme, the newest of equal ones
   */
  advance(column: Float64Array, out: Float64Array, ages: Float64Array, count: number): void {
    const period = this.#period;
    const sign = this.#sign;
    this.#window.advance(column, count);
    const values = this.#window.values;
    let best = this.#best;
    let at = this.#at;
    for (let i = 0; i < count; i++) {
      const value = sign * values[period + i];
      if (value >= best) {
        best = value;
        at = i;
      } else if (at <= i - period) {
        at = i - period + 1;
        best = sign * values[period + at];
        for (let k = at + 1; k <= i; k++) {
          const other = sign * values[period + k];
          if (other >= best) {
            best = other;
            at = k;
          }
        }
      }
      out[i] = sign * best;
      ages[i] = i - at;
    }
    this.#best = best;
    this.#at = at - count;
    if (this.#missing >= 0) this.#hideStart(out, ages, count);
  }

  #hideStart(out: Float64Array, ages: Float64Array, count: number): void {
    const values = this.#window.values;
    for (let i = 0; i < count && this.#missing >= 0; i++) {
      if (!Number.isNaN(values[this.#period + i])) this.#missing--;
      if (this.#missing < 0) return;
      out[i] = Number.NaN;
      ages[i] = Number.NaN;
    }
  }
}
