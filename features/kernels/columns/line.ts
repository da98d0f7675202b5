/**
 * Plain and linearly weighted sums of the last `period` values, weights 1 (oldest) to `period` (newest): mean, weighted
 * mean and regression line follow from them. Sums are of differences to a value inside the window; blocks as in `WindowSum`.
 */
export class WindowLine {
  readonly #values: Float64Array;
  readonly #tailSums: Float64Array;
  readonly #tailWeighted: Float64Array;
  #reference = 0;
  #headSum = 0;
  /** Weighted by place in the block, 1 for its first. */
  #headPlaced = 0;
  #filled = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period);
    this.#tailSums = new Float64Array(period + 1).fill(Number.NaN, 0, period);
    this.#tailWeighted = new Float64Array(period + 1).fill(Number.NaN, 0, period);
  }

  /**
   * @param meanOffset plain mean less the newest value
   * @param weightedOffset weighted mean less the newest value
   */
  advance(column: Float64Array, meanOffset: Float64Array, weightedOffset: Float64Array, count: number): void {
    const values = this.#values;
    const tailSums = this.#tailSums;
    const tailWeighted = this.#tailWeighted;
    const period = values.length;
    const share = 1 / period;
    const weightedShare = 2 / (period * (period + 1));
    let reference = this.#reference;
    let headSum = this.#headSum;
    let headPlaced = this.#headPlaced;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const value = column[i];
        values[filled++] = value;
        const difference = value - reference;
        headSum += difference;
        headPlaced += filled * difference;
        const weighted = tailWeighted[filled] + (headPlaced + (period - filled) * headSum);
        const toReference = reference - value;
        meanOffset[i] = toReference + (tailSums[filled] + headSum) * share;
        weightedOffset[i] = toReference + weighted * weightedShare;
      }
      if (filled < period) break;
      sumTails(values, tailSums, tailWeighted, period);
      reference = values[period - 1];
      headSum = 0;
      headPlaced = 0;
      filled = 0;
      // The block is a window too; its own reference lies in it, the last block's does not.
      meanOffset[i - 1] = tailSums[0] * share;
      weightedOffset[i - 1] = tailWeighted[0] * weightedShare;
    }
    this.#reference = reference;
    this.#headSum = headSum;
    this.#headPlaced = headPlaced;
    this.#filled = filled;
  }
}

/** Sums of differences to the block's last value, which lies in every window of the next block. */
function sumTails(
  values: Float64Array,
  sums: Float64Array,
  weightedSums: Float64Array,
  period: number,
): void {
  const last = values[period - 1];
  let sum = 0;
  let weighted = 0;
  for (let k = period - 1; k >= 0; k--) {
    sum += values[k] - last;
    weighted += sum;
    sums[k] = sum;
    weightedSums[k] = weighted;
  }
}
