import { History } from './columns/history.ts';
import { CyclePeriod } from './cycle-period.ts';
import type { Kernel } from './kernel.ts';

const LONGEST = 51;
/** Bar at which TA-Lib begins to measure, and the first one it answers for. */
const PERIOD = { start: 12, first: 32 };
const TRENDLINE = { start: 37, first: 63 };

/** `period`: length of the close's dominant cycle in bars (TA-Lib's HT_DCPERIOD). */
export const dominantCycle: Kernel = {
  name: 'dominant-cycle',
  inputs: ['close'],
  outputs: ['period'],
  start() {
    const cycle = new CyclePeriod(PERIOD.start);
    let bar = 0;
    return {
      advance({ close }, { period }) {
        for (let i = 0; i < close.length; i++) {
          const length = cycle.push(close[i]);
          if (period) period[i] = bar < PERIOD.first ? Number.NaN : length;
          bar++;
        }
      },
    };
  },
};

/**
 * `relative`: the mean close of the last cycle, smoothed with weights 4, 3, 2, 1 over four bars, / close − 1 (TA-Lib's
 * HT_TRENDLINE). O(cycle) per bar.
 */
export const cycleTrendline: Kernel = {
  name: 'cycle-trendline',
  inputs: ['close', 'perClose'],
  outputs: ['relative'],
  start() {
    const cycle = new CyclePeriod(TRENDLINE.start);
    const past = new History(LONGEST);
    const means = new Float64Array(4);
    let bar = 0;
    return {
      advance({ close, perClose }, { relative }) {
        past.advance(close, close.length);
        for (let i = 0; i < close.length; i++) {
          const bars = Math.floor(cycle.push(close[i]) + 0.5);
          means.copyWithin(1, 0);
          means[0] = close[i] + meanOffset(past.values, LONGEST + i, bars);
          if (relative) {
            const [last, second, third, fourth] = means;
            const price = close[i];
            const offset = 4 * (last - price) + 3 * (second - price) + 2 * (third - price) + (fourth - price);
            relative[i] = bar < TRENDLINE.first ? Number.NaN : (offset / 10) * perClose[i];
          }
          bar++;
        }
      },
    };
  },
};

/** Mean of the `count` values that end at `at`, less the newest. */
function meanOffset(values: Float64Array, at: number, count: number): number {
  let sum = 0;
  for (let k = 1; k < count; k++) sum += values[at - k] - values[at];
  return count === 0 ? 0 : sum / count;
}
