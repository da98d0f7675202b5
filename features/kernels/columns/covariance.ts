const SUMS = 5;

/**
 * Population variances and covariance of the last `period` pairs, NaN before that many came. Sums are of differences to a
 * pair inside the window; blocks as in `WindowSum`.
 */
export class WindowCovariance {
  readonly #period: number;
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  /** Per place of the last block: sums of x, y, x², y², xy from there to its end. */
  readonly #tails: Float64Array;
  /** The new block's sums, then the reference pair. */
  readonly #head = new Float64Array(SUMS + 2);
  #filled = 0;

  constructor(period: number) {
    this.#period = period;
    this.#xs = new Float64Array(period);
    this.#ys = new Float64Array(period);
    this.#tails = new Float64Array(SUMS * (period + 1)).fill(Number.NaN, 0, SUMS * period);
  }

  advance(
    x: Float64Array,
    y: Float64Array,
    out: {
      readonly varianceX: Float64Array;
      readonly varianceY: Float64Array;
      readonly covariance: Float64Array;
    },
    count: number,
  ): void {
    const { varianceX, varianceY, covariance } = out;
    const period = this.#period;
    const xs = this.#xs;
    const ys = this.#ys;
    const tails = this.#tails;
    const head = this.#head;
    const share = 1 / period;
    let [sumX, sumY, squaresX, squaresY, products, referenceX, referenceY] = head;
    let filled = this.#filled;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + period - filled);
      for (; i < end; i++) {
        xs[filled] = x[i];
        ys[filled++] = y[i];
        const dx = x[i] - referenceX;
        const dy = y[i] - referenceY;
        sumX += dx;
        sumY += dy;
        squaresX += dx * dx;
        squaresY += dy * dy;
        products += dx * dy;
        const at = SUMS * filled;
        const offsetX = (tails[at] + sumX) * share;
        const offsetY = (tails[at + 1] + sumY) * share;
        const spreadX = (tails[at + 2] + squaresX) * share - offsetX * offsetX;
        const spreadY = (tails[at + 3] + squaresY) * share - offsetY * offsetY;
        varianceX[i] = Math.max(spreadX, 0);
        varianceY[i] = Math.max(spreadY, 0);
        covariance[i] = (tails[at + 4] + products) * share - offsetX * offsetY;
      }
      if (filled < period) break;
      sumTails(xs, ys, tails);
      referenceX = xs[period - 1];
      referenceY = ys[period - 1];
      sumX = 0;
      sumY = 0;
      squaresX = 0;
      squaresY = 0;
      products = 0;
      filled = 0;
      // The block is a window too; its own reference lies in it, the last block's does not.
      const offsetX = tails[0] * share;
      const offsetY = tails[1] * share;
      varianceX[i - 1] = Math.max(0, tails[2] * share - offsetX * offsetX);
      varianceY[i - 1] = Math.max(0, tails[3] * share - offsetY * offsetY);
      covariance[i - 1] = tails[4] * share - offsetX * offsetY;
    }
    head.set([sumX, sumY, squaresX, squaresY, products, referenceX, referenceY]);
    this.#filled = filled;
  }
}

/** Sums of differences to the block's last pair, which lies in every window of the next block. */
function sumTails(xs: Float64Array, ys: Float64Array, tails: Float64Array): void {
  const last = xs.length - 1;
  let sumX = 0;
  let sumY = 0;
  let squaresX = 0;
  let squaresY = 0;
  let products = 0;
  for (let k = last; k >= 0; k--) {
    const dx = xs[k] - xs[last];
    const dy = ys[k] - ys[last];
    sumX += dx;
    sumY += dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
    products += dx * dy;
    tails[SUMS * k] = sumX;
    tails[SUMS * k + 1] = sumY;
    tails[SUMS * k + 2] = squaresX;
    tails[SUMS * k + 3] = squaresY;
    tails[SUMS * k + 4] = products;
  }
}
