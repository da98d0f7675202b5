/**
 * Mean of the last `period` values by their weights, such as prices by volume, less the newest value; NaN before that many
 * came and where no weight is in the window. Values enter as differences to one inside the window; blocks as in `WindowSum`.
 */
export class WindowWeightedMean {
  readonly #values: Float64Array;
  readonly #weights: Float64Array;
  readonly #tailProducts: Float64Array;
  readonly #tailWeights: Float64Array;
  #reference = 0;
  #headProducts = 0;
  #headWeights = 0;
  #filled = 0;

  constructor(period: number) {
    this.#values = new Float64Array(period);
    this.#weights = new Float64Array(period);
    this.#tailProducts = new Float64Array(period + 1).fill(Number.NaN, 0, period);
    this.#tailWeights = new Float64Array(period + 1).fill(Number.NaN, 0, period);
  }

  /** `out` may be either column. */
  advance(column: Float64Array, weights: Float64Array, out: Float64Array, count: number): void {
    const period = this.#values.length;
    const values = this.#values;
    const blockWeights = this.#weights;
    const tailProducts = this.#tailProducts;
    const tailWeights = this.#tailWeights;
    let reference = this.#reference;
    let headProducts = this.#headProducts;
    let headWeights = this.#headWeights;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        const value = column[i];
        const weight = weights[i];
        values[filled] = value;
        blockWeights[filled++] = weight;
        headProducts += (value - reference) * weight;
        headWeights += weight;
        const mean = (tailProducts[filled] + headProducts) / (tailWeights[filled] + headWeights);
        out[i] = reference - value + mean;
      }
      if (filled < period) break;
      sumTails(values, blockWeights, tailProducts, tailWeights);
      reference = values[period - 1];
      headProducts = 0;
      headWeights = 0;
      filled = 0;
      // The block is a window too; its own reference lies in it, the last block's does not.
      out[i - 1] = tailProducts[0] / tailWeights[0];
    }
    this.#reference = reference;
    this.#headProducts = headProducts;
    this.#headWeights = headWeights;
    this.#filled = filled;
  }
}

/** Sums of weights, and of weighted differences to the block's last value, which lies in every window of the next block. */
function sumTails(
  values: Float64Array,
  weights: Float64Array,
  products: Float64Array,
  weightSums: Float64Array,
): void {
  const last = values[values.length - 1];
  let product = 0;
  let weight = 0;
  for (let k = values.length - 1; k >= 0; k--) {
    product += (values[k] - last) * weights[k];
    weight += weights[k];
    products[k] = product;
    weightSums[k] = weight;
  }
}
