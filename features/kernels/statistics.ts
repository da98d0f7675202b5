import { WindowMoments } from './columns/moments.ts';
import { WindowOrder } from './columns/order.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowShape } from './columns/shape.ts';
import { WindowSum } from './columns/sum.ts';
import { WindowTail } from './columns/tail.ts';
import type { Kernel } from './kernel.ts';

const [TO_MEAN, VARIANCE, THIRD, FOURTH, ALL, SHARE] = SCRATCH;
const SHAPE = { variance: VARIANCE, third: THIRD, fourth: FOURTH };

/** `zscore`: the close less the mean of the last `period`, in their sample deviations; 0 where all are equal. */
export const closeScore: Kernel = {
  name: 'close-score',
  inputs: ['close'],
  outputs: ['zscore'],
  start({ period }) {
    const moments = new WindowMoments(period);
    return {
      advance({ close }, { zscore }) {
        moments.advance(close, TO_MEAN, VARIANCE, close.length);
        if (zscore) fillScore(period, zscore, close.length);
      },
    };
  },
};

/**
 * Of the last `period` log returns: `deviation` = their sample deviation, `zscore` = the newest less their mean in these
 * deviations, 0 where all are equal.
 */
export const returnScore: Kernel = {
  name: 'return-score',
  inputs: ['logReturn'],
  outputs: ['deviation', 'zscore'],
  start({ period }) {
    const moments = new WindowMoments(period);
    const toSample = period / (period - 1);
    return {
      advance({ logReturn }, { deviation, zscore }) {
        const count = logReturn.length;
        moments.advance(logReturn, TO_MEAN, VARIANCE, count);
        if (deviation) for (let i = 0; i < count; i++) deviation[i] = Math.sqrt(toSample * VARIANCE[i]);
        if (zscore) fillScore(period, zscore, count);
      },
    };
  },
};

function fillScore(period: number, zscore: Float64Array, count: number): void {
  const toSample = period / (period - 1);
  for (let i = 0; i < count; i++) {
    const variance = VARIANCE[i];
    zscore[i] = variance === 0 ? 0 : -TO_MEAN[i] / Math.sqrt(toSample * variance);
  }
}

/**
 * Sample skewness and excess kurtosis of the last `period` log returns, both without bias for normal ones (Joanes and Gill
 * 1998, G1 and G2; pandas' `skew` and `kurt`); 0 where all are equal.
 */
export const returnShape: Kernel = {
  name: 'return-shape',
  inputs: ['logReturn'],
  outputs: ['skewness', 'kurtosis'],
  start({ period: n }) {
    const shape = new WindowShape(n);
    const skewnessFactor = Math.sqrt(n * (n - 1)) / (n - 2);
    const kurtosisFactor = (n - 1) / ((n - 2) * (n - 3));
    return {
      advance({ logReturn }, { skewness, kurtosis }) {
        const count = logReturn.length;
        shape.advance(logReturn, SHAPE, count);
        for (let i = 0; i < count; i++) {
          const variance = VARIANCE[i];
          const perVariance = variance === 0 ? 0 : 1 / variance;
          if (skewness) skewness[i] = skewnessFactor * THIRD[i] * perVariance * Math.sqrt(perVariance);
          if (!kurtosis) continue;
          const excess = (n + 1) * FOURTH[i] * perVariance * perVariance - 3 * (n - 1);
          kurtosis[i] = variance === 0 ? 0 : kurtosisFactor * excess;
        }
      },
    };
  },
};

/**
 * Of the last `period` closes: `median`, and the quantiles `lower` and `upper` that leave a share `tail` outside (linear
 * interpolation), as shares of the close above or below it; `rank` = the close's average rank, 1 is the highest.
 */
export const closeOrder: Kernel = {
  name: 'close-order',
  inputs: ['close'],
  outputs: ['lower', 'median', 'upper', 'rank'],
  start({ period, tail }) {
    const order = new WindowOrder(period, [tail, 0.5, 1 - tail]);
    return {
      advance({ close }, { lower, median, upper, rank }) {
        const count = close.length;
        order.advance(close, [lower, median, upper], rank, count);
        for (const quantile of [lower, median, upper])
          if (quantile) for (let i = 0; i < count; i++) quantile[i] /= close[i];
      },
    };
  },
};

/**
 * Quantiles of the last `period` log returns that leave a share `tail` outside (linear interpolation): `lower`, their value
 * at risk, and `upper`.
 */
export const returnTails: Kernel = {
  name: 'return-tails',
  inputs: ['logReturn'],
  outputs: ['lower', 'upper'],
  start({ period, tail }) {
    const falls = new WindowTail(period, tail);
    const rises = new WindowTail(period, tail);
    return {
      advance({ logReturn }, { lower, upper }) {
        const count = logReturn.length;
        if (lower) falls.advance(logReturn, lower, count);
        if (!upper) return;
        for (let i = 0; i < count; i++) upper[i] = -logReturn[i];
        rises.advance(upper, upper, count);
        for (let i = 0; i < count; i++) upper[i] = -upper[i];
      },
    };
  },
};

/** `share`: the falls' part in the sum of the last `period` squared log returns, 0 to 1; 0.5 where nothing moves. */
export const downsideShare: Kernel = {
  name: 'downside-share',
  inputs: ['logReturn'],
  outputs: ['share'],
  start({ period }) {
    const all = new WindowSum(period);
    const falls = new WindowSum(period);
    return {
      advance({ logReturn }, { share }) {
        const count = logReturn.length;
        for (let i = 0; i < count; i++) {
          const move = logReturn[i];
          ALL[i] = move * move;
          // x (x − |x|) / 2 is x² for falls and 0 for rises, without a branch.
          SHARE[i] = 0.5 * move * (move - Math.abs(move));
        }
        all.advance(ALL, ALL, count);
        falls.advance(SHARE, SHARE, count);
        if (share) for (let i = 0; i < count; i++) share[i] = ALL[i] === 0 ? 0.5 : SHARE[i] / ALL[i];
      },
    };
  },
};
