import { History } from './columns/history.ts';
import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [TO_MEAN, IGNORED] = SCRATCH;

/**
 * `index`: typical price less its mean of `period` bars, over 0.015 times the mean absolute deviation from that mean; 0 where
 * there is none (Lambert, 1980; TA-Lib's CCI). O(period) per bar.
 */
export const commodityChannelIndex: Kernel = {
  name: 'commodity-channel-index',
  inputs: ['typicalPrice'],
  outputs: ['index'],
  start({ period }) {
    const window = new History(period);
    const moments = new WindowMoments(period);
    return {
      advance({ typicalPrice }, { index }) {
        const count = typicalPrice.length;
        moments.advance(typicalPrice, TO_MEAN, IGNORED, count);
        window.advance(typicalPrice, count);
        const values = window.values;
        if (!index) return;
        for (let i = 0; i < count; i++) {
          const mean = typicalPrice[i] + TO_MEAN[i];
          let even = 0;
          let odd = 0;
          // Two sums, so that one addition does not wait for the other.
          let k = i + 1;
          for (; k < i + period; k += 2) {
            even += Math.abs(values[k] - mean);
            odd += Math.abs(values[k + 1] - mean);
          }
          if (k === i + period) even += Math.abs(values[k] - mean);
          const deviation = even + odd;
          index[i] = deviation === 0 ? 0 : (-TO_MEAN[i] * period) / (0.015 * deviation);
        }
      },
    };
  },
};
