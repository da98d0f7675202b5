import { Change } from './columns/change.ts';
import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WilderSum } from './columns/wilder.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [PLUS, MINUS, RANGE, INDEX] = SCRATCH;

/**
 * Wilder's directional movement: +DM is how far the high rose, if that is more than the low fell, −DM the reverse; each
 * smoothed and as a percentage of the smoothed true range gives `plus` and `minus` (+DI, −DI). `index` (DX) =
 * 100 |+DI − −DI| / (+DI + −DI), 0 where neither is; `average` (ADX) is its Wilder average, `rating` (ADXR) the mean of ADX
 * and that of period − 1 bars ago. TA-Lib's, which adds up period − 1 movements to begin with.
 */
export const directionalMovement: Kernel = {
  name: 'directional-movement',
  inputs: ['high', 'low', 'close', 'trueRange'],
  outputs: ['plus', 'minus', 'index', 'average', 'rating'],
  start({ period }) {
    const [plusSum, minusSum, rangeSum] = [0, 1, 2].map(() => new WilderSum(period, period - 1));
    const indexSum = new WilderSum(period);
    const past = new History(period - 1);
    const [highChange, lowChange] = [new Change(), new Change()];
    return {
      advance({ high, low, close, trueRange }, { plus, minus, index, average, rating }) {
        const count = close.length;
        highChange.advance(high, PLUS, count);
        lowChange.advance(low, MINUS, count);
        splitMovements(count);
        plusSum.advance(PLUS, PLUS, count);
        minusSum.advance(MINUS, MINUS, count);
        rangeSum.advance(trueRange, RANGE, count);
        for (let i = 0; i < count; i++) {
          const toPercent = isFlat(RANGE[i], close[i]) ? 0 : 100 / RANGE[i];
          PLUS[i] *= toPercent;
          MINUS[i] *= toPercent;
        }
        if (plus) for (let i = 0; i < count; i++) plus[i] = PLUS[i];
        if (minus) for (let i = 0; i < count; i++) minus[i] = MINUS[i];
        if (!index && !average && !rating) return;
        for (let i = 0; i < count; i++) {
          const both = PLUS[i] + MINUS[i];
          INDEX[i] = both === 0 ? 0 : (100 * Math.abs(PLUS[i] - MINUS[i])) / both;
        }
        if (index) for (let i = 0; i < count; i++) index[i] = INDEX[i];
        indexSum.advance(INDEX, INDEX, count);
        for (let i = 0; i < count; i++) INDEX[i] /= period;
        if (average) for (let i = 0; i < count; i++) average[i] = INDEX[i];
        past.advance(INDEX, count);
        if (rating) for (let i = 0; i < count; i++) rating[i] = 0.5 * (INDEX[i] + past.values[i]);
      },
    };
  },
};

/** Changes of high and low become +DM and −DM: the larger of rise and fall, where it is one; no branches to guess. */
function splitMovements(count: number): void {
  for (let i = 0; i < count; i++) {
    const rise = PLUS[i];
    const fall = -MINUS[i];
    PLUS[i] = +(rise > fall) * 0.5 * (rise + Math.abs(rise));
    MINUS[i] = +(fall > rise) * 0.5 * (fall + Math.abs(fall));
  }
}
