import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [PLUS, MINUS, RANGE] = SCRATCH;

/**
 * Over the last `period` bars: `plus` = Σ |high − previous low| / Σ true range, `minus` = Σ |low − previous high| /
 * Σ true range; 0 where nothing moved (Botes & Siepman, 2010).
 */
export const vortex: Kernel = {
  name: 'vortex',
  inputs: ['high', 'low', 'trueRange'],
  outputs: ['plus', 'minus'],
  start({ period }) {
    const [plusSum, minusSum, rangeSum] = [0, 1, 2].map(() => new WindowSum(period));
    let highBefore = Number.NaN;
    let lowBefore = Number.NaN;
    return {
      advance({ high, low, trueRange }, { plus, minus }) {
        const count = high.length;
        for (let i = 0; i < count; i++) {
          PLUS[i] = Math.abs(high[i] - (i > 0 ? low[i - 1] : lowBefore));
          MINUS[i] = Math.abs(low[i] - (i > 0 ? high[i - 1] : highBefore));
        }
        highBefore = high[count - 1];
        lowBefore = low[count - 1];
        plusSum.advance(PLUS, PLUS, count);
        minusSum.advance(MINUS, MINUS, count);
        rangeSum.advance(trueRange, RANGE, count);
        if (plus) for (let i = 0; i < count; i++) plus[i] = RANGE[i] === 0 ? 0 : PLUS[i] / RANGE[i];
        if (minus) for (let i = 0; i < count; i++) minus[i] = RANGE[i] === 0 ? 0 : MINUS[i] / RANGE[i];
      },
    };
  },
};
