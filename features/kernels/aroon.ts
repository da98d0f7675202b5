import { WindowExtreme } from './columns/extreme.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [EXTREME, UP, DOWN] = SCRATCH;

/**
 * `up` and `down`: how new the highest high and the lowest low of the last `period` + 1 bars are, 100 (this bar) to 0
 * (`period` bars ago); of equal ones the newest. `oscillator` = up − down (TA-Lib's AROON, AROONOSC).
 */
export const aroon: Kernel = {
  name: 'aroon',
  inputs: ['high', 'low'],
  outputs: ['up', 'down', 'oscillator'],
  start({ period }) {
    const highest = new WindowExtreme(period + 1, 'highest');
    const lowest = new WindowExtreme(period + 1, 'lowest');
    const perBar = 100 / period;
    return {
      advance({ high, low }, { up, down, oscillator }) {
        const count = high.length;
        highest.advance(high, EXTREME, UP, count);
        lowest.advance(low, EXTREME, DOWN, count);
        if (up) for (let i = 0; i < count; i++) up[i] = perBar * (period - UP[i]);
        if (down) for (let i = 0; i < count; i++) down[i] = perBar * (period - DOWN[i]);
        if (oscillator) for (let i = 0; i < count; i++) oscillator[i] = perBar * (DOWN[i] - UP[i]);
      },
    };
  },
};
