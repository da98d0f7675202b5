import { finite, type Kernel } from './kernel.ts';
import { RollingRange } from './rolling.ts';

/** TA-Lib's idea of zero, for prices of one and more; below, it shrinks with the price. */
const FLAT = 1e-14;

/** Relative strength index by Wilder's smoothing, 0-100; NaN before `period` differences came. */
class RelativeStrength {
  value = Number.NaN;
  readonly #period: number;
  #count = -1;
  #gain = 0;
  #loss = 0;
  #previous = 0;

  constructor(period: number) {
    this.#period = period;
  }

  push(close: number): void {
    const difference = close - this.#previous;
    this.#previous = close;
    this.#count++;
    if (this.#count === 0) return;
    const gain = Math.max(difference, 0);
    const loss = gain - difference;
    // The seed is the plain mean of the first `period` differences, which this recursion gives too.
    const weight = 1 / Math.min(this.#count, this.#period);
    this.#gain += (gain - this.#gain) * weight;
    this.#loss += (loss - this.#loss) * weight;
    if (this.#count < this.#period) return;
    const movement = this.#gain + this.#loss;
    this.value = movement < FLAT * Math.min(1, close) ? 0 : (100 * this.#gain) / movement;
  }
}

/** `index`: RSI(period) of the close, 0-100; 0 while nothing moves (TA-Lib's RSI). */
export const relativeStrengthIndex: Kernel = ({ close }, { period }, { index }) => {
  const strength = new RelativeStrength(period);
  for (let i = 0; i < close.length; i++) {
    strength.push(close[i]);
    if (index) index[i] = finite(strength.value);
  }
};

/** `percent`: change of the close over `period` bars in percent (TA-Lib's ROC). */
export const rateOfChange: Kernel = ({ close }, { period }, { percent }) => {
  if (!percent) return;
  percent.fill(Number.NaN, 0, period);
  for (let i = period; i < close.length; i++) {
    const before = close[i - period];
    percent[i] = finite(((close[i] - before) / before) * 100);
  }
};

/** `k`: raw fast %K, where the close stands between the period's low (0) and high (100); 0 where they are equal. */
export const stochastic: Kernel = ({ high, low, close }, { period }, { k }) => {
  const range = new RollingRange(period);
  for (let i = 0; i < close.length; i++) {
    range.push(high[i], low[i]);
    if (!k) continue;
    if (i < period - 1) k[i] = Number.NaN;
    else if (range.highest > range.lowest)
      k[i] = finite(((close[i] - range.lowest) / (range.highest - range.lowest)) * 100);
    else k[i] = 0;
  }
};
