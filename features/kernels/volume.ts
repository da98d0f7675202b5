import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [SUM, SHORT] = SCRATCH;

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

/** `ratio`: mean of the last `short` volumes over that of the last `long`; NaN where none of those traded. */
export const volumeTrend: Kernel = {
  name: 'volume-trend',
  inputs: ['volume'],
  outputs: ['ratio'],
  start({ short, long }) {
    const recent = new WindowSum(short);
    const all = new WindowSum(long);
    return {
      advance({ volume }, { ratio }) {
        const count = volume.length;
        recent.advance(volume, SHORT, count);
        all.advance(volume, SUM, count);
        if (ratio) for (let i = 0; i < count; i++) ratio[i] = (SHORT[i] * long) / (SUM[i] * short);
      },
    };
  },
};

/** `score`: volume less the mean of the last `period`, in their population deviations; 0 where all are equal. */
export const volumeScore: Kernel = {
  name: 'volume-score',
  inputs: ['volume'],
  outputs: ['score'],
  start({ period }) {
    const volumes = new WindowMoments(period);
    return {
      advance({ volume }, { score }) {
        const count = volume.length;
        volumes.advance(volume, SHORT, SUM, count);
        if (score)
          for (let i = 0; i < count; i++) score[i] = SUM[i] === 0 ? 0 : -SHORT[i] / Math.sqrt(SUM[i]);
      },
    };
  },
};

/** `share`: (volume − previous volume) / (volume + previous volume), −1 to 1; 0 where neither bar traded. */
export const volumeChange: Kernel = {
  name: 'volume-change',
  inputs: ['volume'],
  outputs: ['share'],
  start() {
    let last = Number.NaN;
    return {
      advance({ volume }, { share }) {
        let before = last;
        for (let i = 0; i < volume.length; i++) {
          const both = volume[i] + before;
          if (share) share[i] = both === 0 ? 0 : (volume[i] - before) / both;
          before = volume[i];
        }
        last = before;
      },
    };
  },
};
