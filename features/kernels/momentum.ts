import type { Kernel } from './kernel.ts';
import { Lag, RollingRange } from './rolling.ts';

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
export const relativeStrengthIndex: Kernel = {
  name: 'relative-strength-index',
  inputs: ['close'],
  outputs: ['index'],
  start({ period }) {
    const strength = new RelativeStrength(period);
    return {
      advance({ close }, { index }) {
        for (let i = 0; i < close.length; i++) {
          strength.push(close[i]);
          if (index) index[i] = strength.value;
        }
      },
    };
  },
};

/** `percent`: change of the close over `period` bars in percent (TA-Lib's ROC). */
export const rateOfChange: Kernel = {
  name: 'rate-of-change',
  inputs: ['close'],
  outputs: ['percent'],
  start({ period }) {
    const past = new Lag(period);
    return {
      advance({ close }, { percent }) {
        for (let i = 0; i < close.length; i++) {
          const before = past.exchange(close[i]);
          if (percent) percent[i] = ((close[i] - before) / before) * 100;
        }
      },
    };
  },
};

/** `k`: raw fast %K, where the close stands between the period's low (0) and high (100); 0 where they are equal. */
export const stochastic: Kernel = {
  name: 'stochastic',
  inputs: ['high', 'low', 'close'],
  outputs: ['k'],
  start({ period }) {
    const range = new RollingRange(period);
    let missing = period - 1;
    return {
      advance({ high, low, close }, { k }) {
        for (let i = 0; i < close.length; i++) {
          range.push(high[i], low[i]);
          if (missing > 0) {
            missing--;
            if (k) k[i] = Number.NaN;
          } else if (k) {
            const width = range.highest - range.lowest;
            k[i] = width > 0 ? ((close[i] - range.lowest) / width) * 100 : 0;
          }
        }
      },
    };
  },
};
