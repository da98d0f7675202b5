import type { Kernel } from './kernel.ts';
import { RollingMoments } from './rolling.ts';

/**
 * Bollinger bands: mean of the last `period` closes, and `deviations` population deviations around it. `upper`, `middle`
 * and `lower` as x / close − 1, `width` = (upper − lower) / middle.
 */
export const bollingerBands: Kernel = {
  name: 'bollinger-bands',
  inputs: ['close'],
  outputs: ['upper', 'middle', 'lower', 'width'],
  start({ period, deviations }) {
    const moments = new RollingMoments(period);
    return {
      advance({ close }, { upper, middle, lower, width }) {
        for (let i = 0; i < close.length; i++) {
          const price = close[i];
          moments.push(price);
          const toMean = moments.reference - price + moments.meanOffset;
          const halfWidth = deviations * Math.sqrt(moments.variance);
          const perPrice = 1 / price;
          if (upper) upper[i] = (toMean + halfWidth) * perPrice;
          if (middle) middle[i] = toMean * perPrice;
          if (lower) lower[i] = (toMean - halfWidth) * perPrice;
          if (width) width[i] = (2 * halfWidth) / (price + toMean);
        }
      },
    };
  },
};
