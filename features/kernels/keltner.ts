import { ExponentialDeviation } from './columns/exponential.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WilderSum } from './columns/wilder.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [DEVIATION, RANGE] = SCRATCH;

/** `position`: close less EMA(`period`), in units of ATR(`ranges`); 0 while nothing moves (Keltner channels, Raschke's). */
export const keltnerChannel: Kernel = {
  name: 'keltner-channel',
  inputs: ['close', 'closeChange', 'trueRange'],
  outputs: ['position'],
  start({ period, ranges }) {
    const average = new ExponentialDeviation(period);
    const range = new WilderSum(ranges);
    return {
      advance({ close, closeChange, trueRange }, { position }) {
        const count = close.length;
        average.advance(closeChange, DEVIATION, count);
        range.advance(trueRange, RANGE, count);
        if (!position) return;
        for (let i = 0; i < count; i++)
          position[i] = isFlat(RANGE[i], close[i]) ? 0 : (-DEVIATION[i] * ranges) / RANGE[i];
      },
    };
  },
};
