/** A column's value less the one before it; NaN at the first. `out` may be the column itself. */
export class Change {
  #before = Number.NaN;

  advance(column: Float64Array, out: Float64Array, count: number): void {
    let before = this.#before;
    for (let i = 0; i < count; i++) {
      const value = column[i];
      out[i] = value - before;
      before = value;
    }
    this.#before = before;
  }
}
