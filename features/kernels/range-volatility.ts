import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { logReturn } from './derived.ts';
import type { Kernel } from './kernel.ts';

const [HIGH, LOW, CLOSE, SQUARES, OVERNIGHT, MEAN, VARIANCE] = SCRATCH;
const PARKINSON = 1 / (4 * Math.LN2);
const GARMAN_KLASS = 2 * Math.LN2 - 1;

/**
 * Deviation of the return of a bar, from the bars' extremes over `period` bars; with u, d, c the logs of high, low and close
 * over open and o that of the open over the previous close:
 * `parkinson` (1980) = √ mean (u − d)² / (4 ln 2);
 * `garmanKlass` (1980) = √ mean [(u − d)² / 2 − (2 ln 2 − 1) c²];
 * `rogersSatchell` (1991) = √ mean [u (u − c) + d (d − c)];
 * `yangZhang` (2000) = √ (var o + k var c + (1 − k) Rogers-Satchell²), sample variances, k = 0.34 / (1.34 + (n + 1)/(n − 1)).
 */
export const rangeVolatility: Kernel = {
  name: 'range-volatility',
  inputs: ['open', 'high', 'low', 'close'],
  outputs: ['parkinson', 'garmanKlass', 'rogersSatchell', 'yangZhang'],
  start({ period }) {
    const ranges = new WindowSum(period);
    const bodies = new WindowSum(period);
    const paths = new WindowSum(period);
    const overnight = new WindowMoments(period);
    const opened = new WindowMoments(period);
    const closeShare = 0.34 / (1.34 + (period + 1) / (period - 1));
    const toSample = period / (period - 1);
    let before = Number.NaN;
    return {
      advance({ open, high, low, close }, { parkinson, garmanKlass, rogersSatchell, yangZhang }) {
        const count = close.length;
        for (let i = 0; i < count; i++) {
          HIGH[i] = logReturn(high[i], open[i]);
          LOW[i] = logReturn(low[i], open[i]);
          CLOSE[i] = logReturn(close[i], open[i]);
        }
        if (yangZhang) {
          for (let i = 0; i < count; i++) {
            OVERNIGHT[i] = logReturn(open[i], before);
            before = close[i];
          }
          overnight.advance(OVERNIGHT, MEAN, OVERNIGHT, count);
          opened.advance(CLOSE, MEAN, VARIANCE, count);
          for (let i = 0; i < count; i++) OVERNIGHT[i] = toSample * (OVERNIGHT[i] + closeShare * VARIANCE[i]);
        }
        if (rogersSatchell || yangZhang) {
          for (let i = 0; i < count; i++)
            SQUARES[i] = HIGH[i] * (HIGH[i] - CLOSE[i]) + LOW[i] * (LOW[i] - CLOSE[i]);
          paths.advance(SQUARES, SQUARES, count);
          if (rogersSatchell)
            for (let i = 0; i < count; i++) rogersSatchell[i] = Math.sqrt(SQUARES[i] / period);
          if (yangZhang) {
            for (let i = 0; i < count; i++)
              yangZhang[i] = Math.sqrt(OVERNIGHT[i] + (1 - closeShare) * (SQUARES[i] / period));
          }
        }
        if (!parkinson && !garmanKlass) return;
        for (let i = 0; i < count; i++) SQUARES[i] = (HIGH[i] - LOW[i]) ** 2;
        ranges.advance(SQUARES, SQUARES, count);
        if (parkinson)
          for (let i = 0; i < count; i++) parkinson[i] = Math.sqrt((PARKINSON * SQUARES[i]) / period);
        if (!garmanKlass) return;
        for (let i = 0; i < count; i++) CLOSE[i] *= CLOSE[i];
        bodies.advance(CLOSE, CLOSE, count);
        for (let i = 0; i < count; i++)
          garmanKlass[i] = Math.sqrt(Math.max(0, 0.5 * SQUARES[i] - GARMAN_KLASS * CLOSE[i]) / period);
      },
    };
  },
};
