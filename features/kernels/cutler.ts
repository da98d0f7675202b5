import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [RISES, MOVES] = SCRATCH;

/** `index`: Cutler's RSI, the rises' part in the sum of the last `period` moves of the close, 0-100; 0 where nothing moves. */
export const cutlersStrengthIndex: Kernel = {
  name: 'cutlers-strength-index',
  inputs: ['closeChange'],
  outputs: ['index'],
  start({ period }) {
    const rises = new WindowSum(period);
    const moves = new WindowSum(period);
    return {
      advance({ closeChange }, { index }) {
        const count = closeChange.length;
        for (let i = 0; i < count; i++) {
          MOVES[i] = Math.abs(closeChange[i]);
          RISES[i] = 0.5 * (MOVES[i] + closeChange[i]);
        }
        rises.advance(RISES, RISES, count);
        moves.advance(MOVES, MOVES, count);
        if (index)
          for (let i = 0; i < count; i++) index[i] = MOVES[i] === 0 ? 0 : (100 * RISES[i]) / MOVES[i];
      },
    };
  },
};
