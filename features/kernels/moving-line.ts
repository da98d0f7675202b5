import { WindowLine } from './columns/line.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [MEAN, WEIGHTED] = SCRATCH;

/**
 * Averages and regression line of the last `period` closes, as a share of the close. With m the plain mean and w the mean
 * weighted 1 (oldest) to `period` (newest), both less the close: `mean` = m, `weighted` = w, `line` = 3w − 2m, where the line
 * of least squares stands at the newest bar, `slope` = 6 (w − m) / (period − 1) per bar, `forecast` = line + slope (TA-Lib's
 * SMA, WMA, LINEARREG, LINEARREG_SLOPE, TSF).
 */
export const movingLine: Kernel = {
  name: 'moving-line',
  inputs: ['close', 'perClose'],
  outputs: ['mean', 'weighted', 'slope', 'line', 'forecast'],
  start({ period }) {
    const window = new WindowLine(period);
    const perSlope = 6 / (period - 1);
    return {
      advance({ close, perClose }, { mean, weighted, slope, line, forecast }) {
        const count = close.length;
        window.advance(close, MEAN, WEIGHTED, count);
        if (mean) for (let i = 0; i < count; i++) mean[i] = MEAN[i] * perClose[i];
        if (weighted) for (let i = 0; i < count; i++) weighted[i] = WEIGHTED[i] * perClose[i];
        if (slope)
          for (let i = 0; i < count; i++) slope[i] = perSlope * (WEIGHTED[i] - MEAN[i]) * perClose[i];
        if (line) for (let i = 0; i < count; i++) line[i] = (3 * WEIGHTED[i] - 2 * MEAN[i]) * perClose[i];
        if (!forecast) return;
        const [ofWeighted, ofMean] = [3 + perSlope, 2 + perSlope];
        for (let i = 0; i < count; i++)
          forecast[i] = (ofWeighted * WEIGHTED[i] - ofMean * MEAN[i]) * perClose[i];
      },
    };
  },
};
