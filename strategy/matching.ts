import type { TradeRecord } from '../contracts/evidence.ts';
import type { LabelSpec } from '../contracts/recipe.ts';

export type TradeSide = TradeRecord['direction'];

export interface Levels {
  readonly stop: number;
  readonly target: number;
}

export interface Position extends Levels {
  readonly side: TradeSide;
  readonly entryBar: number;
  readonly entryPrice: number;
  /** Bar at whose close the position ends if no level was touched: t + H. */
  readonly lastBar: number;
}

export interface Exit {
  readonly price: number;
  readonly reason: TradeRecord['exitReason'];
}

/** Whether levels can be set at all: a triple barrier needs the volatility of the signal's bar. */
export function hasLevels(labels: LabelSpec, atr: number): boolean {
  return labels.kind !== 'triple-barrier' || (atr > 0 && Number.isFinite(atr));
}

/**
 * Stop and target as labelled: the barriers are `upAtr` and `downAtr` times the volatility of the signal's bar from the
 * entry; a LONG aims at the upper one, a SHORT at the lower one, the other is the stop. Labels without barriers have none
 * (infinite).
 * @param atr the volatility that the barriers are counted in, in price
 */
export function exitLevels(side: TradeSide, entryPrice: number, atr: number, labels: LabelSpec): Levels {
  const barrier = labels.kind === 'triple-barrier';
  const upper = barrier ? entryPrice + labels.upAtr * atr : Number.POSITIVE_INFINITY;
  const lower = barrier ? entryPrice - labels.downAtr * atr : Number.NEGATIVE_INFINITY;
  return side === 'LONG' ? { stop: lower, target: upper } : { stop: upper, target: lower };
}

/**
 * Whether a bar takes the position out by a level, and where. The open comes first in time: a level it has jumped over
 * fills at the open, for better (target) or worse (stop). Within the bar the order is unknown, so where both levels are
 * touched the stop is taken.
 */
export function matchLevels(position: Position, open: number, high: number, low: number): Exit | null {
  const { stop, target } = position;
  if (position.side === 'LONG') {
    if (open <= stop) return { price: open, reason: 'stop' };
    if (open >= target) return { price: open, reason: 'target' };
    if (low <= stop) return { price: stop, reason: 'stop' };
    return high >= target ? { price: target, reason: 'target' } : null;
  }
  if (open >= stop) return { price: open, reason: 'stop' };
  if (open <= target) return { price: open, reason: 'target' };
  if (high >= stop) return { price: stop, reason: 'stop' };
  return low <= target ? { price: target, reason: 'target' } : null;
}
