import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { WilderSum } from './columns/wilder.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [SUM, MEAN, VARIANCE] = SCRATCH;

/** `relative`: ATR(period) as a share of the close. */
export const relativeTrueRange: Kernel = {
  name: 'average-true-range',
  inputs: ['trueRange', 'perClose'],
  outputs: ['relative'],
  start({ period }) {
    const ranges = new WilderSum(period);
    return {
      advance({ trueRange, perClose }, { relative }) {
        const count = trueRange.length;
        const share = 1 / period;
        ranges.advance(trueRange, SUM, count);
        if (relative) for (let i = 0; i < count; i++) relative[i] = share * SUM[i] * perClose[i];
      },
    };
  },
};

/** `deviation`: population deviation of the last `period` log returns. */
export const logReturnDeviation: Kernel = {
  name: 'log-return-deviation',
  inputs: ['logReturn'],
  outputs: ['deviation'],
  start({ period }) {
    const returns = new WindowMoments(period);
    return {
      advance({ logReturn }, { deviation }) {
        const count = logReturn.length;
        returns.advance(logReturn, MEAN, VARIANCE, count);
        if (deviation) for (let i = 0; i < count; i++) deviation[i] = Math.sqrt(VARIANCE[i]);
      },
    };
  },
};

/** `share`: true range as a share of the close (TA-Lib's TRANGE / close). */
export const trueRangeOfBar: Kernel = {
  name: 'true-range',
  inputs: ['trueRange', 'perClose'],
  outputs: ['share'],
  start: () => ({
    advance({ trueRange, perClose }, { share }) {
      if (share) for (let i = 0; i < trueRange.length; i++) share[i] = trueRange[i] * perClose[i];
    },
  }),
};

/** `ratio`: deviation of the last `short` log returns over that of the last `long`; 1 where nothing moved. */
export const volatilityRatio: Kernel = {
  name: 'volatility-ratio',
  inputs: ['logReturn'],
  outputs: ['ratio'],
  start(parameters) {
    const short = new WindowMoments(parameters.short);
    const long = new WindowMoments(parameters.long);
    return {
      advance({ logReturn }, { ratio }) {
        const count = logReturn.length;
        short.advance(logReturn, MEAN, SUM, count);
        long.advance(logReturn, MEAN, VARIANCE, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) ratio[i] = VARIANCE[i] === 0 ? 1 : Math.sqrt(SUM[i] / VARIANCE[i]);
      },
    };
  },
};

/** `ratio`: ATR(`short`) over ATR(`long`); 1 while nothing moves. */
export const trueRangeRatio: Kernel = {
  name: 'true-range-ratio',
  inputs: ['close', 'trueRange'],
  outputs: ['ratio'],
  start(parameters) {
    const short = new WilderSum(parameters.short);
    const long = new WilderSum(parameters.long);
    const toRatio = parameters.long / parameters.short;
    return {
      advance({ close, trueRange }, { ratio }) {
        const count = close.length;
        short.advance(trueRange, SUM, count);
        long.advance(trueRange, MEAN, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++)
          ratio[i] = isFlat(MEAN[i], close[i]) ? 1 : (toRatio * SUM[i]) / MEAN[i];
      },
    };
  },
};

/** `deviation`: root mean square of the last `period` log returns, those above 0 counted as 0. */
export const downsideDeviation: Kernel = {
  name: 'downside-deviation',
  inputs: ['logReturn'],
  outputs: ['deviation'],
  start({ period }) {
    const squares = new WindowSum(period);
    return {
      advance({ logReturn }, { deviation }) {
        const count = logReturn.length;
        for (let i = 0; i < count; i++) {
          const twiceLoss = Math.abs(logReturn[i]) - logReturn[i];
          SUM[i] = 0.25 * twiceLoss * twiceLoss;
        }
        squares.advance(SUM, SUM, count);
        if (deviation) for (let i = 0; i < count; i++) deviation[i] = Math.sqrt(SUM[i] / period);
      },
    };
  },
};
