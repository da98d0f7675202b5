import { WindowCovariance } from './columns/covariance.ts';
import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [X, Y, COVARIANCE] = SCRATCH;
const SPREADS = { varianceX: X, varianceY: Y, covariance: COVARIANCE };

/** `coefficient`: Pearson's of the last `period` closes and volumes; 0 where one of them stands still. */
export const closeVolumeCorrelation: Kernel = {
  name: 'close-volume-correlation',
  inputs: ['close', 'volume'],
  outputs: ['coefficient'],
  start({ period }) {
    const pairs = new WindowCovariance(period);
    return {
      advance({ close, volume }, { coefficient }) {
        pairs.advance(close, volume, SPREADS, close.length);
        if (coefficient) fillCorrelation(SPREADS, coefficient, close.length);
      },
    };
  },
};

/** `coefficient`: Pearson's of the last `period` sizes of log returns and volumes; 0 where one of them stands still. */
export const moveVolumeCorrelation: Kernel = {
  name: 'move-volume-correlation',
  inputs: ['logReturn', 'volume'],
  outputs: ['coefficient'],
  start({ period }) {
    const pairs = new WindowCovariance(period);
    return {
      advance({ logReturn, volume }, { coefficient }) {
        const count = volume.length;
        for (let i = 0; i < count; i++) X[i] = Math.abs(logReturn[i]);
        pairs.advance(X, volume, SPREADS, count);
        if (coefficient) fillCorrelation(SPREADS, coefficient, count);
      },
    };
  },
};

/** `coefficient`: Pearson's of the last `period` log returns and those `lag` bars before each; 0 where nothing moves. */
export const returnAutocorrelation: Kernel = {
  name: 'return-autocorrelation',
  inputs: ['logReturn'],
  outputs: ['coefficient'],
  start({ period, lag }) {
    const pairs = new WindowCovariance(period);
    const past = new History(lag);
    return {
      advance({ logReturn }, { coefficient }) {
        const count = logReturn.length;
        past.advance(logReturn, count);
        pairs.advance(logReturn, past.values, SPREADS, count);
        if (coefficient) fillCorrelation(SPREADS, coefficient, count);
      },
    };
  },
};

/** Covariance by the root of both variances; 0 where one of them is 0. */
export function fillCorrelation(spreads: typeof SPREADS, coefficient: Float64Array, count: number): void {
  const { varianceX, varianceY, covariance } = spreads;
  for (let i = 0; i < count; i++) {
    const spread = varianceX[i] * varianceY[i];
    const value = covariance[i] / Math.sqrt(spread);
    coefficient[i] = spread === 0 ? 0 : Math.max(-1, Math.min(1, value));
  }
}
