import { WindowRange } from './columns/range.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [HIGHEST, LOWEST, SMOOTHED] = SCRATCH;

/** Where the close stands in the channel, 0 (low) to 100 (high); 0 where they are equal. */
function fillPosition(close: Float64Array, out: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const lowest = LOWEST[i];
    const width = HIGHEST[i] - lowest;
    out[i] = width === 0 ? 0 : ((close[i] - lowest) / width) * 100;
  }
}

/** `k`: raw fast %K, where the close stands between the period's low (0) and high (100); 0 where they are equal. */
export const stochastic: Kernel = {
  name: 'stochastic',
  inputs: ['high', 'low', 'close'],
  outputs: ['k'],
  start({ period }) {
    const channel = new WindowRange(period);
    return {
      advance({ high, low, close }, { k }) {
        channel.advance(high, low, HIGHEST, LOWEST, close.length);
        if (k) fillPosition(close, k, close.length);
      },
    };
  },
};

/**
 * `k`: slow %K, the mean of the last `smoothing` raw %K of `period` bars, which is also fast %D; `d`: slow %D, the mean of
 * the last `smoothing` slow %K (TA-Lib's STOCH).
 */
export const slowStochastic: Kernel = {
  name: 'slow-stochastic',
  inputs: ['high', 'low', 'close'],
  outputs: ['k', 'd'],
  start({ period, smoothing }) {
    const channel = new WindowRange(period);
    const smoothed = new WindowSum(smoothing);
    const twice = new WindowSum(smoothing);
    return {
      advance({ high, low, close }, { k, d }) {
        const count = close.length;
        channel.advance(high, low, HIGHEST, LOWEST, count);
        fillPosition(close, SMOOTHED, count);
        smoothed.advance(SMOOTHED, SMOOTHED, count);
        for (let i = 0; i < count; i++) SMOOTHED[i] /= smoothing;
        if (k) for (let i = 0; i < count; i++) k[i] = SMOOTHED[i];
        twice.advance(SMOOTHED, SMOOTHED, count);
        if (d) for (let i = 0; i < count; i++) d[i] = SMOOTHED[i] / smoothing;
      },
    };
  },
};

/**
 * The last `period` bars' channel: `williams` = Williams' %R, −100 (low) to 0 (high); `middle` = (highest + lowest) / 2 as a
 * share of the close above or below it (TA-Lib's MIDPRICE / close − 1); `width` = (highest − lowest) / close (Donchian).
 */
export const priceChannel: Kernel = {
  name: 'price-channel',
  inputs: ['high', 'low', 'close', 'perClose'],
  outputs: ['williams', 'middle', 'width'],
  start({ period }) {
    const channel = new WindowRange(period);
    return {
      advance({ high, low, close, perClose }, { williams, middle, width }) {
        const count = close.length;
        channel.advance(high, low, HIGHEST, LOWEST, count);
        if (middle) {
          for (let i = 0; i < count; i++)
            middle[i] = 0.5 * (HIGHEST[i] - close[i] + (LOWEST[i] - close[i])) * perClose[i];
        }
        if (width) for (let i = 0; i < count; i++) width[i] = (HIGHEST[i] - LOWEST[i]) * perClose[i];
        if (!williams) return;
        for (let i = 0; i < count; i++) {
          const range = HIGHEST[i] - LOWEST[i];
          williams[i] = range === 0 ? 0 : ((close[i] - HIGHEST[i]) / range) * 100;
        }
      },
    };
  },
};
