import { ExponentialDeviation } from './columns/exponential.ts';
import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [FAST, SLOW, IGNORED, MEDIAN] = SCRATCH;

/** `percent`: EMA(`fast`) of the close less EMA(`slow`), in percent of the slow one (TA-Lib's PPO). */
export const priceOscillator: Kernel = {
  name: 'price-oscillator',
  inputs: ['close', 'closeChange'],
  outputs: ['percent'],
  start(parameters) {
    const fast = new ExponentialDeviation(parameters.fast);
    const slow = new ExponentialDeviation(parameters.slow);
    return {
      advance({ close, closeChange }, { percent }) {
        const count = close.length;
        fast.advance(closeChange, FAST, count);
        slow.advance(closeChange, SLOW, count);
        if (!percent) return;
        for (let i = 0; i < count; i++) percent[i] = (100 * (FAST[i] - SLOW[i])) / (close[i] + SLOW[i]);
      },
    };
  },
};

/** `share`: simple average of the last `fast` (high + low) / 2 less that of the last `slow`, / close (Williams' AO). */
export const awesomeOscillator: Kernel = {
  name: 'awesome-oscillator',
  inputs: ['high', 'low', 'perClose'],
  outputs: ['share'],
  start(parameters) {
    const fast = new WindowMoments(parameters.fast);
    const slow = new WindowMoments(parameters.slow);
    return {
      advance({ high, low, perClose }, { share }) {
        const count = high.length;
        for (let i = 0; i < count; i++) MEDIAN[i] = 0.5 * (high[i] + low[i]);
        fast.advance(MEDIAN, FAST, IGNORED, count);
        slow.advance(MEDIAN, SLOW, IGNORED, count);
        if (share) for (let i = 0; i < count; i++) share[i] = (FAST[i] - SLOW[i]) * perClose[i];
      },
    };
  },
};

/**
 * `index`: buying pressure, close − min(low, previous close), over true range, summed over three periods and weighted
 * 4, 2, 1, 0-100; a period in which nothing moved counts 0 (Williams, 1976; TA-Lib's ULTOSC).
 */
export const ultimateOscillator: Kernel = {
  name: 'ultimate-oscillator',
  inputs: ['low', 'close', 'trueRange'],
  outputs: ['index'],
  start({ short, middle, long }) {
    const [pressure, sum, range, total] = SCRATCH;
    const terms = [short, middle, long].map((period, place) => ({
      weight: 2 ** (2 - place),
      pressures: new WindowSum(period),
      ranges: new WindowSum(period),
    }));
    let last = Number.NaN;
    return {
      advance({ low, close, trueRange }, { index }) {
        const count = close.length;
        let before = last;
        for (let i = 0; i < count; i++) {
          const gapDown = low[i] - before;
          pressure[i] = close[i] - low[i] + 0.5 * (gapDown + Math.abs(gapDown));
          before = close[i];
          total[i] = 0;
        }
        last = before;
        for (const { weight, pressures, ranges } of terms) {
          pressures.advance(pressure, sum, count);
          ranges.advance(trueRange, range, count);
          for (let i = 0; i < count; i++) total[i] += range[i] === 0 ? 0 : (weight * sum[i]) / range[i];
        }
        if (index) for (let i = 0; i < count; i++) index[i] = (100 / 7) * total[i];
      },
    };
  },
};
