import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { WilderSum } from './columns/wilder.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [RANGE, SHARE] = SCRATCH;

/**
 * Of a bar's range high − low: `body` = |close − open|, `signedBody` = close − open (TA-Lib's BOP), `upperWick` and
 * `lowerWick` = what lies above and below the body, each as a share of it and 0 without a range; `position` = where the close
 * stands, 0 (low) to 1 (high), 0.5 without a range.
 */
export const candleShares: Kernel = {
  name: 'candle-shares',
  inputs: ['open', 'high', 'low', 'close'],
  outputs: ['body', 'signedBody', 'upperWick', 'lowerWick', 'position'],
  start: () => ({
    advance({ open, high, low, close }, { body, signedBody, upperWick, lowerWick, position }) {
      const count = close.length;
      for (let i = 0; i < count; i++) {
        const range = high[i] - low[i];
        SHARE[i] = range === 0 ? 0 : 1 / range;
      }
      if (body) for (let i = 0; i < count; i++) body[i] = Math.abs(close[i] - open[i]) * SHARE[i];
      if (signedBody) for (let i = 0; i < count; i++) signedBody[i] = (close[i] - open[i]) * SHARE[i];
      if (upperWick) {
        for (let i = 0; i < count; i++) {
          const top = 0.5 * (open[i] + close[i] + Math.abs(close[i] - open[i]));
          upperWick[i] = (high[i] - top) * SHARE[i];
        }
      }
      if (lowerWick) {
        for (let i = 0; i < count; i++) {
          const bottom = 0.5 * (open[i] + close[i] - Math.abs(close[i] - open[i]));
          lowerWick[i] = (bottom - low[i]) * SHARE[i];
        }
      }
      if (!position) return;
      for (let i = 0; i < count; i++) position[i] = SHARE[i] === 0 ? 0.5 : (close[i] - low[i]) * SHARE[i];
    },
  }),
};

/** `signed` and `size`: mean over `period` bars of close − open and of |close − open|, as a share of the bar's range. */
export const meanBody: Kernel = {
  name: 'mean-body',
  inputs: ['open', 'high', 'low', 'close'],
  outputs: ['signed', 'size'],
  start({ period }) {
    const signedSum = new WindowSum(period);
    const sizeSum = new WindowSum(period);
    return {
      advance({ open, high, low, close }, { signed, size }) {
        const count = close.length;
        for (let i = 0; i < count; i++) {
          const range = high[i] - low[i];
          SHARE[i] = range === 0 ? 0 : (close[i] - open[i]) / range;
        }
        if (signed) {
          signedSum.advance(SHARE, RANGE, count);
          for (let i = 0; i < count; i++) signed[i] = RANGE[i] / period;
        }
        if (!size) return;
        for (let i = 0; i < count; i++) SHARE[i] = Math.abs(SHARE[i]);
        sizeSum.advance(SHARE, SHARE, count);
        for (let i = 0; i < count; i++) size[i] = SHARE[i] / period;
      },
    };
  },
};

/** In units of ATR(`period`): `body` = close − open, `range` = high − low; 0 while nothing moves. */
export const candleInRanges: Kernel = {
  name: 'candle-in-ranges',
  inputs: ['open', 'high', 'low', 'close', 'trueRange'],
  outputs: ['body', 'range'],
  start({ period }) {
    const ranges = new WilderSum(period);
    return {
      advance({ open, high, low, close, trueRange }, { body, range }) {
        const count = close.length;
        ranges.advance(trueRange, RANGE, count);
        for (let i = 0; i < count; i++) SHARE[i] = isFlat(RANGE[i], close[i]) ? 0 : period / RANGE[i];
        if (body) for (let i = 0; i < count; i++) body[i] = (close[i] - open[i]) * SHARE[i];
        if (range) for (let i = 0; i < count; i++) range[i] = (high[i] - low[i]) * SHARE[i];
      },
    };
  },
};
