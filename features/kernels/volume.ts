import type { Kernel } from './kernel.ts';
import { RollingSum } from './rolling.ts';

/** `ratio`: volume over the mean of the last `period` volumes, its own included; NaN where none of them traded. */
export const volumeRatio: Kernel = {
  name: 'volume-ratio',
  inputs: ['volume'],
  outputs: ['ratio'],
  start({ period }) {
    const volumes = new RollingSum(period);
    return {
      advance({ volume }, { ratio }) {
        for (let i = 0; i < volume.length; i++) {
          volumes.push(volume[i]);
          if (ratio) ratio[i] = (volume[i] * period) / volumes.sum;
        }
      },
    };
  },
};
