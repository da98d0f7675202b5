import type { LabelSpec } from '../contracts/labels.ts';
import { TARGET_LADDER } from '../strategy/levels.ts';

export type Side = 'LONG' | 'SHORT';

/** Prices in quote currency. */
export interface Levels {
  readonly entry: number;
  readonly stopLoss: number;
  readonly takeProfits: { readonly tp1: number; readonly tp2: number; readonly tp3: number };
}

/** Of the entry: no level lies lower. A barrier below it, of a wild ATR or a wide threshold, is one that no price reaches. */
const LOWEST_SHARE = 0.01;

/** Barriers where no recipe gives any, in ATR14. */
const DEFAULT_BARRIER_ATR = 2;

/**
 * Stop and second target stand where the label's barriers stood, so that what was labelled is what is traded. All levels
 * are positive: where a barrier is so far below that one would not be, the targets draw nearer in their proportions.
 * @param entry last close
 * @param atr volatility of the signal's bar that the barriers are counted in, in price
 */
export function levelsFor(side: Side, entry: number, atr: number, labels: LabelSpec | null): Levels {
  const { up, down } = barrierDistances(entry, atr, labels);
  const furthest = (1 - LOWEST_SHARE) * entry;
  const [target, stop] =
    side === 'LONG' ? [up, -Math.min(down, furthest)] : [-Math.min(down, furthest / TARGET_LADDER.tp3), up];
  return {
    entry,
    stopLoss: entry + stop,
    takeProfits: {
      tp1: entry + TARGET_LADDER.tp1 * target,
      tp2: entry + target,
      tp3: entry + TARGET_LADDER.tp3 * target,
    },
  };
}

function barrierDistances(
  entry: number,
  atr: number,
  labels: LabelSpec | null,
): { up: number; down: number } {
  switch (labels?.kind) {
    case 'triple-barrier':
      return { up: labels.upAtr * atr, down: labels.downAtr * atr };
    case 'fixed-horizon':
      return {
        up: entry * Math.expm1(labels.thresholdLogReturn),
        down: -entry * Math.expm1(-labels.thresholdLogReturn),
      };
    default:
      return { up: DEFAULT_BARRIER_ATR * atr, down: DEFAULT_BARRIER_ATR * atr };
  }
}
