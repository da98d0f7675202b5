import type { Candles } from '../../contracts/candles.ts';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { averageTrueRange } from '../../features/kernels/volatility.ts';
import { type Labels, unlabelled } from './labels.ts';

type TripleBarrier = Extract<LabelSpec, { kind: 'triple-barrier' }>;

const ATR_PERIOD = 14;

/**
 * Which barrier the price touches first (López de Prado, Advances in Financial Machine Learning, 3.4). Entry is the open
 * of bar t+1; the barriers stand `upAtr` and `downAtr` times ATR14(t) from it. The first bar in t+1 … t+H whose high
 * reaches the upper gives LONG, whose low reaches the lower SHORT; a bar that reaches both gives NO_TRADE (their order is
 * unknown), as does reaching neither. Ends at that bar, or at t+H. Unlabelled where t+H is not there yet, or no ATR14.
 * O(bars × H) at worst.
 */
export function labelTripleBarrier(candles: Candles, spec: TripleBarrier): Labels {
  const bars = candles.close.length;
  const labels = unlabelled(bars);
  const atr = averageTrueRange(candles, ATR_PERIOD);
  for (let t = ATR_PERIOD; t + spec.horizonBars < bars; t++) {
    const entry = candles.open[t + 1];
    const upper = entry + spec.upAtr * atr[t];
    const lower = entry - spec.downAtr * atr[t];
    const end = firstTouch(candles, upper, lower, t + 1, t + spec.horizonBars);
    labels.end[t] = end;
    labels.label[t] = outcome(candles.high[end] >= upper, candles.low[end] <= lower);
  }
  return labels;
}

/** The first bar of `from` … `to` that reaches a barrier, else `to`. */
function firstTouch({ high, low }: Candles, upper: number, lower: number, from: number, to: number): number {
  for (let bar = from; bar < to; bar++) if (high[bar] >= upper || low[bar] <= lower) return bar;
  return to;
}

function outcome(touchesUpper: boolean, touchesLower: boolean): number {
  if (touchesUpper === touchesLower) return NO_TRADE;
  return touchesUpper ? LONG : SHORT;
}
