const SUMS = 4;

/**
 * Population variance and third and fourth central moments of the last `period` values, NaN before that many came. Powers
 * are of differences to a value inside the window, so moving them to the mean loses at most a factor of `period`² of
 * precision, at any level of the values; blocks as in `WindowSum`.
 */
export class WindowShape {
  readonly #values: Float64Array;
  /** Per place of the last block: sums of d, d², d³, d⁴ from there to its end. */
  readonly #tails: Float64Array;
  /** The new block's sums, then the reference. */
  readonly #head = new Float64Array(SUMS + 1);
  #filled = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period);
    this.#tails = new Float64Array(SUMS * (period + 1)).fill(Number.NaN, 0, SUMS * period);
  }

  advance(
    column: Float64Array,
    out: { readonly variance: Float64Array; readonly third: Float64Array; readonly fourth: Float64Array },
    count: number,
  ): void {
    const { variance, third, fourth } = out;
    const values = this.#values;
    const tails = this.#tails;
    const period = values.length;
    const share = 1 / period;
    let [s1, s2, s3, s4, reference] = this.#head;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const value = column[i];
        values[filled++] = value;
        const d = value - reference;
        const square = d * d;
        s1 += d;
        s2 += square;
        s3 += square * d;
        s4 += square * square;
        const at = SUMS * filled;
        const offset = (tails[at] + s1) * share;
        const power2 = (tails[at + 1] + s2) * share;
        const power3 = (tails[at + 2] + s3) * share;
        const power4 = (tails[at + 3] + s4) * share;
        const spread = power2 - offset * offset;
        variance[i] = Math.max(0, spread);
        third[i] = power3 - offset * (3 * power2 - 2 * offset * offset);
        fourth[i] = power4 - offset * (4 * power3 - 3 * offset * (2 * power2 - offset * offset));
      }
      if (filled < period) break;
      sumTails(values, tails);
      reference = values[period - 1];
      s1 = 0;
      s2 = 0;
      s3 = 0;
      s4 = 0;
      filled = 0;
      // The block is a window too; its own reference lies in it, the last block's does not.
      const offset = tails[0] * share;
      const power2 = tails[1] * share;
      const power3 = tails[2] * share;
      variance[i - 1] = Math.max(0, power2 - offset * offset);
      third[i - 1] = power3 - offset * (3 * power2 - 2 * offset * offset);
      fourth[i - 1] = tails[3] * share - offset * (4 * power3 - 3 * offset * (2 * power2 - offset * offset));
    }
    this.#head.set([s1, s2, s3, s4, reference]);
    this.#filled = filled;
  }
}

/** Sums of powers of differences to the block's last value, which lies in every window of the next block. */
function sumTails(values: Float64Array, tails: Float64Array): void {
  const last = values[values.length - 1];
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  for (let k = values.length - 1; k >= 0; k--) {
    const d = values[k] - last;
    const square = d * d;
    s1 += d;
    s2 += square;
    s3 += square * d;
    s4 += square * square;
    tails[SUMS * k] = s1;
    tails[SUMS * k + 1] = s2;
    tails[SUMS * k + 2] = s3;
    tails[SUMS * k + 3] = s4;
  }
}
