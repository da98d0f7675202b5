import { History } from './columns/history.ts';
import { WindowLine } from './columns/line.ts';
import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [SUM, TO_MEAN, VARIANCE, LONG_VARIANCE, TO_WEIGHTED] = SCRATCH;

/** `ratio`: the close's way over `period` bars as the crow flies by the sum of its steps, 0 to 1; 0 where it stands still. */
export const efficiencyRatio: Kernel = {
  name: 'efficiency-ratio',
  inputs: ['close', 'closeChange'],
  outputs: ['ratio'],
  start({ period }) {
    const steps = new WindowSum(period);
    const past = new History(period);
    return {
      advance({ close, closeChange }, { ratio }) {
        const count = close.length;
        for (let i = 0; i < count; i++) SUM[i] = Math.abs(closeChange[i]);
        steps.advance(SUM, SUM, count);
        past.advance(close, count);
        const before = past.values;
        if (!ratio) return;
        for (let i = 0; i < count; i++) {
          const way = Math.abs(close[i] - before[i]) / SUM[i];
          ratio[i] = SUM[i] === 0 ? 0 : Math.min(way, 1);
        }
      },
    };
  },
};

/**
 * `ratio`: variance of the last `period` log returns over `multiple` bars by `multiple` times the variance of those over one
 * bar: 1 for a random walk, more in a trend, less where moves revert; 1 where nothing moves.
 */
export const varianceRatio: Kernel = {
  name: 'variance-ratio',
  inputs: ['logReturn'],
  outputs: ['ratio'],
  start({ period, multiple }) {
    const longReturn = new WindowSum(multiple);
    const long = new WindowMoments(period);
    const short = new WindowMoments(period);
    return {
      advance({ logReturn }, { ratio }) {
        const count = logReturn.length;
        longReturn.advance(logReturn, SUM, count);
        long.advance(SUM, TO_MEAN, LONG_VARIANCE, count);
        short.advance(logReturn, TO_MEAN, VARIANCE, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) {
          const variance = multiple * VARIANCE[i];
          ratio[i] = variance === 0 && LONG_VARIANCE[i] >= 0 ? 1 : LONG_VARIANCE[i] / variance;
        }
      },
    };
  },
};

/** `determination`: R² of the straight line through the last `period` closes, 0 to 1; 0 where the close stands still. */
export const regressionFit: Kernel = {
  name: 'regression-fit',
  inputs: ['close'],
  outputs: ['determination'],
  start({ period }) {
    const line = new WindowLine(period);
    const moments = new WindowMoments(period);
    // cov(t, x) = (weighted mean − mean) (n + 1) / 2 and var(t) = (n² − 1) / 12.
    const factor = (3 * (period + 1)) / (period - 1);
    return {
      advance({ close }, { determination }) {
        const count = close.length;
        line.advance(close, SUM, TO_WEIGHTED, count);
        moments.advance(close, TO_MEAN, VARIANCE, count);
        if (!determination) return;
        for (let i = 0; i < count; i++) {
          const lean = TO_WEIGHTED[i] - SUM[i];
          const fit = (factor * lean * lean) / VARIANCE[i];
          determination[i] = VARIANCE[i] === 0 ? 0 : Math.min(fit, 1);
        }
      },
    };
  },
};
