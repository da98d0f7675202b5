import { ExponentialAverage } from './columns/exponential.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [CHANGE, SIZE] = SCRATCH;

/**
 * `index`: 100 · EMA(short) of EMA(long) of the close's change over the same of its |change|, each average starting with its
 * first value; 0 while nothing moves (Blau, 1991).
 */
export const trueStrengthIndex: Kernel = {
  name: 'true-strength-index',
  inputs: ['closeChange'],
  outputs: ['index'],
  start({ long, short }) {
    const changes = [new ExponentialAverage(long), new ExponentialAverage(short)];
    const sizes = [new ExponentialAverage(long), new ExponentialAverage(short)];
    return {
      advance({ closeChange }, { index }) {
        const count = closeChange.length;
        for (let i = 0; i < count; i++) {
          CHANGE[i] = closeChange[i];
          SIZE[i] = Math.abs(closeChange[i]);
        }
        for (const average of changes) average.advance(CHANGE, CHANGE, count);
        for (const average of sizes) average.advance(SIZE, SIZE, count);
        if (index) for (let i = 0; i < count; i++) index[i] = SIZE[i] === 0 ? 0 : (100 * CHANGE[i]) / SIZE[i];
      },
    };
  },
};
