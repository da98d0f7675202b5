import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { WilderSum } from './columns/wilder.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [SUM] = SCRATCH;

/** `percent`: change of the close over `period` bars in percent (TA-Lib's ROC). */
export const rateOfChange: Kernel = {
  name: 'rate-of-change',
  inputs: ['close'],
  outputs: ['percent'],
  start({ period }) {
    const past = new History(period);
    return {
      advance({ close }, { percent }) {
        past.advance(close, close.length);
        const before = past.values;
        if (!percent) return;
        for (let i = 0; i < close.length; i++) percent[i] = ((close[i] - before[i]) / before[i]) * 100;
      },
    };
  },
};

/** `value`: log(close / previous close). */
export const logReturnOfBar: Kernel = {
  name: 'log-return',
  inputs: ['logReturn'],
  outputs: ['value'],
  start: () => ({
    advance({ logReturn }, { value }) {
      if (value) for (let i = 0; i < logReturn.length; i++) value[i] = logReturn[i];
    },
  }),
};

/** `ratio`: change of the close over `period` bars in units of ATR(`ranges`); 0 while nothing moves. */
export const momentumInRanges: Kernel = {
  name: 'momentum-in-ranges',
  inputs: ['close', 'trueRange'],
  outputs: ['ratio'],
  start({ period, ranges }) {
    const past = new History(period);
    const range = new WilderSum(ranges);
    return {
      advance({ close, trueRange }, { ratio }) {
        const count = close.length;
        past.advance(close, count);
        range.advance(trueRange, SUM, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) {
          const change = close[i] - past.values[i];
          ratio[i] = isFlat(SUM[i], close[i]) ? 0 : (change * ranges) / SUM[i];
        }
      },
    };
  },
};

/** `balance`: 100 · Σ change / Σ |change| of the last `period` closes; 0 while nothing moves (Chande & Kroll, 1994). */
export const chandeMomentum: Kernel = {
  name: 'chande-momentum',
  inputs: ['close', 'closeChange'],
  outputs: ['balance'],
  start({ period }) {
    const past = new History(period);
    const path = new WindowSum(period);
    return {
      advance({ close, closeChange }, { balance }) {
        const count = close.length;
        past.advance(close, count);
        for (let i = 0; i < count; i++) SUM[i] = Math.abs(closeChange[i]);
        path.advance(SUM, SUM, count);
        if (!balance) return;
        for (let i = 0; i < count; i++)
          balance[i] = SUM[i] === 0 ? 0 : (100 * (close[i] - past.values[i])) / SUM[i];
      },
    };
  },
};
