import type { MarketKind } from '../contracts/series.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';

export type Holding = 'flat' | 'long' | 'short';
export type Action = 'enter-long' | 'enter-short' | 'close' | 'nothing';

/**
 * What to do at the next bar's open, given a closed bar's direction (a class of `direction3`; anything else, such as −1
 * for no prediction, is no wish). One position at a time.
 *
 * An open position lives by its barriers and its time limit, because that is what the labels taught: signals meanwhile
 * neither extend nor turn it. The one exception is spot, where SHORT can't open anything and closes a long instead.
 */
export function decide(direction: number, holding: Holding, market: MarketKind): Action {
  if (holding === 'flat') {
    if (direction === LONG) return 'enter-long';
    return direction === SHORT && market === 'swap' ? 'enter-short' : 'nothing';
  }
  return market === 'spot' && holding === 'long' && direction === SHORT ? 'close' : 'nothing';
}
