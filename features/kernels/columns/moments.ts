/**
 * Mean and population variance of the last `period` values, NaN before that many came. Sums are of differences to a value
 * inside the window, so S2 − S1²/n loses at most a factor n of precision, at any price level; blocks as in `WindowSum`.
 */
export class WindowMoments {
  readonly #values: Float64Array;
  readonly #tailSums: Float64Array;
  readonly #tailSquares: Float64Array;
  #reference = 0;
  #headSum = 0;
  #headSquares = 0;
  #filled = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period);
    this.#tailSums = new Float64Array(period + 1).fill(Number.NaN, 0, period);
    this.#tailSquares = new Float64Array(period + 1).fill(Number.NaN, 0, period);
  }

  /** @param toMean the mean less the newest value, which keeps its digits where they are close */
  advance(column: Float64Array, toMean: Float64Array, variance: Float64Array, count: number): void {
    const values = this.#values;
    const tailSums = this.#tailSums;
    const tailSquares = this.#tailSquares;
    const period = values.length;
    const share = 1 / period;
    let reference = this.#reference;
    let headSum = this.#headSum;
    let headSquares = this.#headSquares;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const value = column[i];
        values[filled++] = value;
        const difference = value - reference;
        headSum += difference;
        headSquares += difference * difference;
        const sum = tailSums[filled] + headSum;
        const offset = sum * share;
        const squares = tailSquares[filled] + headSquares - sum * offset;
        toMean[i] = reference - value + offset;
        variance[i] = squares < 0 ? 0 : squares * share;
      }
      if (filled < period) break;
      sumTails(values, tailSums, tailSquares, period);
      reference = values[period - 1];
      headSum = 0;
      headSquares = 0;
      filled = 0;
      // The block is a window too; its own reference lies in it, the last block's does not.
      const offset = tailSums[0] * share;
      const squares = tailSquares[0] - tailSums[0] * offset;
      toMean[i - 1] = offset;
      variance[i - 1] = squares < 0 ? 0 : squares * share;
    }
    this.#reference = reference;
    this.#headSum = headSum;
    this.#headSquares = headSquares;
    this.#filled = filled;
  }
}

/** Sums of differences to the block's last value, which lies in every window of the next block. */
function sumTails(values: Float64Array, sums: Float64Array, squares: Float64Array, period: number): void {
  const last = values[period - 1];
  let sum = 0;
  let square = 0;
  for (let k = period - 1; k >= 0; k--) {
    const difference = values[k] - last;
    sum += difference;
    square += difference * difference;
    sums[k] = sum;
    squares[k] = square;
  }
}
