import { WindowCovariance } from './columns/covariance.ts';
import { ExponentialAverage } from './columns/exponential.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { WindowWeightedMean } from './columns/weighted-mean.ts';
import type { Kernel } from './kernel.ts';

const [X, Y, VARIANCE_X, VARIANCE_Y, COVARIANCE] = SCRATCH;
const PAIR = { varianceX: VARIANCE_X, varianceY: VARIANCE_Y, covariance: COVARIANCE };

/** `relative`: mean typical price of the last `period` bars by volume, / close − 1; NaN where none of them traded. */
export const volumeWeightedPrice: Kernel = {
  name: 'volume-weighted-price',
  inputs: ['close', 'typicalPrice', 'volume', 'perClose'],
  outputs: ['relative'],
  start({ period }) {
    const average = new WindowWeightedMean(period);
    return {
      advance({ close, typicalPrice, volume, perClose }, { relative }) {
        const count = close.length;
        average.advance(typicalPrice, volume, X, count);
        if (!relative) return;
        for (let i = 0; i < count; i++) relative[i] = (typicalPrice[i] - close[i] + X[i]) * perClose[i];
      },
    };
  },
};

/**
 * `share`: EMA(`period`) of change × volume over that of |change| × volume, −1 to 1; 0 while there is none (Elder's force
 * index, freed of price and volume).
 */
export const forceIndex: Kernel = {
  name: 'force-index',
  inputs: ['closeChange', 'volume'],
  outputs: ['share'],
  start({ period }) {
    const force = new ExponentialAverage(period);
    const size = new ExponentialAverage(period);
    return {
      advance({ closeChange, volume }, { share }) {
        const count = volume.length;
        for (let i = 0; i < count; i++) {
          X[i] = closeChange[i] * volume[i];
          Y[i] = Math.abs(X[i]);
        }
        force.advance(X, X, count);
        size.advance(Y, Y, count);
        if (share) for (let i = 0; i < count; i++) share[i] = Y[i] === 0 ? 0 : X[i] / Y[i];
      },
    };
  },
};

/**
 * `mean`: of the last `period` bars, how far (high + low) / 2 moved as a share of the close, by the bar's range as a share of
 * the close over its volume as a multiple of the mean one; a bar without volume counts 0 (Arms' ease of movement).
 */
export const easeOfMovement: Kernel = {
  name: 'ease-of-movement',
  inputs: ['high', 'low', 'volume', 'perClose'],
  outputs: ['mean'],
  start({ period }) {
    const volumes = new WindowSum(period);
    const eases = new WindowSum(period);
    let last = Number.NaN;
    return {
      advance({ high, low, volume, perClose }, { mean }) {
        const count = volume.length;
        volumes.advance(volume, Y, count);
        let before = last;
        for (let i = 0; i < count; i++) {
          const middle = 0.5 * (high[i] + low[i]);
          const moved = (middle - before) * perClose[i] * ((high[i] - low[i]) * perClose[i]);
          X[i] = volume[i] === 0 ? 0 : (moved * Y[i]) / (volume[i] * period);
          before = middle;
        }
        last = before;
        eases.advance(X, X, count);
        if (mean) for (let i = 0; i < count; i++) mean[i] = X[i] / period;
      },
    };
  },
};

/** `correlation` of log return and volume of the last `period` bars; 0 where one does not vary. */
export const returnVolumeCorrelation: Kernel = {
  name: 'return-volume-correlation',
  inputs: ['logReturn', 'volume'],
  outputs: ['correlation'],
  start({ period }) {
    const pairs = new WindowCovariance(period);
    return {
      advance({ logReturn, volume }, { correlation }) {
        pairs.advance(logReturn, volume, PAIR, volume.length);
        if (!correlation) return;
        for (let i = 0; i < volume.length; i++) {
          const product = VARIANCE_X[i] * VARIANCE_Y[i];
          correlation[i] = product === 0 ? 0 : COVARIANCE[i] / Math.sqrt(product);
        }
      },
    };
  },
};

/**
 * `beta`: slope of the volume's relative change on the close's, over the last `period` changes; 0 where the close does not
 * move. After a bar without volume the change counts as 0 (TA-Lib's BETA).
 */
export const volumeBeta: Kernel = {
  name: 'volume-beta',
  inputs: ['close', 'volume'],
  outputs: ['beta'],
  start({ period }) {
    const pairs = new WindowCovariance(period);
    let lastClose = Number.NaN;
    let lastVolume = Number.NaN;
    return {
      advance({ close, volume }, { beta }) {
        const count = close.length;
        for (let i = 0; i < count; i++) {
          X[i] = (close[i] - lastClose) / lastClose;
          Y[i] = lastVolume === 0 ? 0 : (volume[i] - lastVolume) / lastVolume;
          lastClose = close[i];
          lastVolume = volume[i];
        }
        pairs.advance(X, Y, PAIR, count);
        if (!beta) return;
        for (let i = 0; i < count; i++) beta[i] = VARIANCE_X[i] === 0 ? 0 : COVARIANCE[i] / VARIANCE_X[i];
      },
    };
  },
};
