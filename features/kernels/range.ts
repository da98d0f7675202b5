import { WindowExtreme } from './columns/extreme.ts';
import { WindowRange } from './columns/range.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [HIGHEST, LOWEST, SHORT_HIGHEST, SHORT_LOWEST, RANGE, MEAN, AGES] = SCRATCH;

/**
 * The close in the range of the last `period` bars: `position` from its low (0) to its high (1), 0.5 where they are equal;
 * `belowHigh` and `aboveLow` = close / high − 1 and close / low − 1.
 */
export const rangePosition: Kernel = {
  name: 'range-position',
  inputs: ['high', 'low', 'close'],
  outputs: ['position', 'belowHigh', 'aboveLow'],
  start({ period }) {
    const range = new WindowRange(period);
    return {
      advance({ high, low, close }, { position, belowHigh, aboveLow }) {
        const count = close.length;
        range.advance(high, low, HIGHEST, LOWEST, count);
        if (position) {
          for (let i = 0; i < count; i++) {
            const width = HIGHEST[i] - LOWEST[i];
            position[i] = width === 0 ? 0.5 : (close[i] - LOWEST[i]) / width;
          }
        }
        if (belowHigh) for (let i = 0; i < count; i++) belowHigh[i] = (close[i] - HIGHEST[i]) / HIGHEST[i];
        if (aboveLow) for (let i = 0; i < count; i++) aboveLow[i] = (close[i] - LOWEST[i]) / LOWEST[i];
      },
    };
  },
};

/** Bars since the highest `high` and the lowest `low` of the last `period` bars, the newest of equal ones; 0 is this bar. */
export const barsSinceExtreme: Kernel = {
  name: 'bars-since-extreme',
  inputs: ['high', 'low'],
  outputs: ['high', 'low'],
  start({ period }) {
    const highest = new WindowExtreme(period, 'highest');
    const lowest = new WindowExtreme(period, 'lowest');
    return {
      advance(bars, { high, low }) {
        const count = bars.high.length;
        highest.advance(bars.high, HIGHEST, high ?? AGES, count);
        lowest.advance(bars.low, LOWEST, low ?? AGES, count);
      },
    };
  },
};

/** `drawdown` = close / the highest of the last `period` closes − 1, `runUp` = close / the lowest of them − 1. */
export const closeExtremes: Kernel = {
  name: 'close-extremes',
  inputs: ['close'],
  outputs: ['drawdown', 'runUp'],
  start({ period }) {
    const range = new WindowRange(period);
    return {
      advance({ close }, { drawdown, runUp }) {
        const count = close.length;
        range.advance(close, close, HIGHEST, LOWEST, count);
        if (drawdown) for (let i = 0; i < count; i++) drawdown[i] = (close[i] - HIGHEST[i]) / HIGHEST[i];
        if (runUp) for (let i = 0; i < count; i++) runUp[i] = (close[i] - LOWEST[i]) / LOWEST[i];
      },
    };
  },
};

/** `ratio`: high − low over its mean of the last `period` bars, this one included; 1 where none of them has a range. */
export const rangeExpansion: Kernel = {
  name: 'range-expansion',
  inputs: ['high', 'low'],
  outputs: ['ratio'],
  start({ period }) {
    const ranges = new WindowSum(period);
    return {
      advance({ high, low }, { ratio }) {
        const count = high.length;
        for (let i = 0; i < count; i++) RANGE[i] = high[i] - low[i];
        ranges.advance(RANGE, MEAN, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) ratio[i] = MEAN[i] === 0 ? 1 : (period * RANGE[i]) / MEAN[i];
      },
    };
  },
};

/** `share`: the range of the last `short` bars over that of the last `long` ones, 0 to 1; 1 where there is none. */
export const rangeContraction: Kernel = {
  name: 'range-contraction',
  inputs: ['high', 'low'],
  outputs: ['share'],
  start(parameters) {
    const short = new WindowRange(parameters.short);
    const long = new WindowRange(parameters.long);
    return {
      advance({ high, low }, { share }) {
        const count = high.length;
        short.advance(high, low, SHORT_HIGHEST, SHORT_LOWEST, count);
        long.advance(high, low, HIGHEST, LOWEST, count);
        if (!share) return;
        for (let i = 0; i < count; i++) {
          const width = HIGHEST[i] - LOWEST[i];
          share[i] = width === 0 ? 1 : (SHORT_HIGHEST[i] - SHORT_LOWEST[i]) / width;
        }
      },
    };
  },
};
