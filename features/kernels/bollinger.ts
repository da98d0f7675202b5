import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [TO_MEAN, HALF_WIDTH] = SCRATCH;

/**
 * Bollinger bands: mean of the last `period` closes, and `deviations` population deviations around it. `upper`, `middle`
 * and `lower` as x / close − 1, `width` = (upper − lower) / middle, `position` = (close − lower) / (upper − lower), which is
 * 0.5 where the bands are one.
 */
export const bollingerBands: Kernel = {
  name: 'bollinger-bands',
  inputs: ['close', 'perClose'],
  outputs: ['upper', 'middle', 'lower', 'width', 'position'],
  start({ period, deviations }) {
    const moments = new WindowMoments(period);
    return {
      advance({ close, perClose }, { upper, middle, lower, width, position }) {
        const count = close.length;
        moments.advance(close, TO_MEAN, HALF_WIDTH, count);
        for (let i = 0; i < count; i++) HALF_WIDTH[i] = deviations * Math.sqrt(HALF_WIDTH[i]);
        if (upper) for (let i = 0; i < count; i++) upper[i] = (TO_MEAN[i] + HALF_WIDTH[i]) * perClose[i];
        if (middle) for (let i = 0; i < count; i++) middle[i] = TO_MEAN[i] * perClose[i];
        if (lower) for (let i = 0; i < count; i++) lower[i] = (TO_MEAN[i] - HALF_WIDTH[i]) * perClose[i];
        if (width) for (let i = 0; i < count; i++) width[i] = (2 * HALF_WIDTH[i]) / (close[i] + TO_MEAN[i]);
        if (!position) return;
        for (let i = 0; i < count; i++) {
          position[i] = HALF_WIDTH[i] === 0 ? 0.5 : 0.5 - (0.5 * TO_MEAN[i]) / HALF_WIDTH[i];
        }
      },
    };
  },
};
