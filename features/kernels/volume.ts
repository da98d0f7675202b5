import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [SUM] = SCRATCH;

/** `ratio`: volume over the mean of the last `period` volumes, its own included; NaN where none of them traded. */
export const volumeRatio: Kernel = {
  name: 'volume-ratio',
  inputs: ['volume'],
  outputs: ['ratio'],
  start({ period }) {
    const volumes = new WindowSum(period);
    return {
      advance({ volume }, { ratio }) {
        volumes.advance(volume, SUM, volume.length);
        if (ratio) for (let i = 0; i < volume.length; i++) ratio[i] = (volume[i] * period) / SUM[i];
      },
    };
  },
};
