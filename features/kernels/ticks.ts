import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [UP, DOWN, TO_MEAN, VARIANCE] = SCRATCH;
/** A deviation below this share of the mean is rounding. */
const FLAT_SHARE = 1e-12;

/** `ratio`: up-ticks by up- and down-ticks of the last `period` bars; 0.5 where there is none. */
export const tickRatio: Kernel = {
  name: 'tick-ratio',
  inputs: ['upTicks', 'downTicks'],
  outputs: ['ratio'],
  start({ period }) {
    const ups = new WindowSum(period);
    const downs = new WindowSum(period);
    return {
      advance({ upTicks, downTicks, close }, { ratio }) {
        const count = close.length;
        ups.advance(upTicks!, UP, count);
        downs.advance(downTicks!, DOWN, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) {
          const all = UP[i] + DOWN[i];
          ratio[i] = all === 0 ? 0.5 : UP[i] / all;
        }
      },
    };
  },
};

/** `ratio`: depth of the bids by that of both sides at the bar's end; missing where the book is empty or there is none. */
export const depthRatio: Kernel = {
  name: 'depth-ratio',
  inputs: ['bidDepth', 'askDepth'],
  outputs: ['ratio'],
  start: () => ({
    advance({ bidDepth, askDepth, close }, { ratio }) {
      const bids = bidDepth!;
      const asks = askDepth!;
      if (ratio) for (let i = 0; i < close.length; i++) ratio[i] = bids[i] / (bids[i] + asks[i]);
    },
  }),
};

/** `distance`: the close less the mean of the last `period`, in their population deviations; 0 where they are one price. */
export const priceDistance: Kernel = {
  name: 'price-distance',
  inputs: ['close'],
  outputs: ['distance'],
  start({ period }) {
    const moments = new WindowMoments(period);
    return {
      advance({ close }, { distance }) {
        const count = close.length;
        moments.advance(close, TO_MEAN, VARIANCE, count);
        if (!distance) return;
        for (let i = 0; i < count; i++) {
          const deviation = Math.sqrt(VARIANCE[i]);
          distance[i] = deviation <= FLAT_SHARE * (close[i] + TO_MEAN[i]) ? 0 : -TO_MEAN[i] / deviation;
        }
      },
    };
  },
};
