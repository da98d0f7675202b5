import { finite, type Kernel } from './kernel.ts';
import { RollingSum } from './rolling.ts';

/** `ratio`: volume over the mean of the last `period` volumes, its own included; NaN where none of them traded. */
export const volumeRatio: Kernel = ({ volume }, { period }, { ratio }) => {
  const volumes = new RollingSum(period);
  for (let i = 0; i < volume.length; i++) {
    volumes.push(volume[i]);
    if (ratio) ratio[i] = i < period - 1 ? Number.NaN : finite((volume[i] * period) / volumes.sum);
  }
};
