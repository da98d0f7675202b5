import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [PATH, EFFICIENCY] = SCRATCH;
const FASTEST = 2 / (2 + 1);
const SLOWEST = 2 / (30 + 1);

/**
 * `relative`: Kaufman's average / close − 1, which follows the close by (efficiency (2/3 − 2/31) + 2/31)² of what is between
 * them; efficiency = |change over `period` bars| / sum of the |changes| of each, 1 where nothing moved (TA-Lib's KAMA).
 */
export const adaptiveAverage: Kernel = {
  name: 'adaptive-average',
  inputs: ['close', 'closeChange', 'perClose'],
  outputs: ['relative'],
  start({ period }) {
    const past = new History(period);
    const path = new WindowSum(period);
    let deviation = Number.NaN;
    let known = 0;
    return {
      advance({ close, closeChange, perClose }, { relative }) {
        const count = close.length;
        past.advance(close, count);
        for (let i = 0; i < count; i++) PATH[i] = Math.abs(closeChange[i]);
        path.advance(PATH, PATH, count);
        for (let i = 0; i < count; i++) {
          const moved = Math.abs(close[i] - past.values[i]);
          EFFICIENCY[i] = moved >= PATH[i] ? 1 : moved / PATH[i];
        }
        if (!relative) return;
        for (let i = 0; i < count; i++) {
          // The average starts at the close before the first efficiency.
          if (++known === period + 1) deviation = 0;
          const share = EFFICIENCY[i] * (FASTEST - SLOWEST) + SLOWEST;
          deviation = (1 - share * share) * (deviation - closeChange[i]);
          relative[i] = deviation * perClose[i];
        }
      },
    };
  },
};
