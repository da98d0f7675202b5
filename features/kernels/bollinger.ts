import { finite, type Kernel } from './kernel.ts';
import { RollingMoments } from './rolling.ts';

/**
 * Bollinger bands: mean of the last `period` closes, and `deviations` population deviations around it. `upper`, `middle`
 * and `lower` as x / close − 1, `width` = (upper − lower) / middle.
 */
export const bollingerBands: Kernel = (
  { close },
  { period, deviations },
  { upper, middle, lower, width },
) => {
  const moments = new RollingMoments(period);
  for (const column of [upper, middle, lower, width]) column?.fill(Number.NaN, 0, period - 1);
  for (let i = 0; i < close.length; i++) {
    const price = close[i];
    moments.push(price);
    if (i < period - 1) continue;
    const toMean = moments.reference - price + moments.meanOffset;
    const halfWidth = deviations * Math.sqrt(moments.variance);
    const perPrice = 1 / price;
    if (upper) upper[i] = finite((toMean + halfWidth) * perPrice);
    if (middle) middle[i] = finite(toMean * perPrice);
    if (lower) lower[i] = finite((toMean - halfWidth) * perPrice);
    if (width) width[i] = finite((2 * halfWidth) / (price + toMean));
  }
};
