import type { Candles } from '../../contracts/candles.ts';
import type { TripleBarrierSpec } from '../../contracts/labels.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { type Labels, unlabelled } from './labels.ts';
import { PriceTouch } from './price-touch.ts';
import { volatilityOf, volatilityPerBar } from './volatility.ts';

/**
 * Which barrier the price touches first (López de Prado, Advances in Financial Machine Learning, 3.4). Entry is the open
 * of bar t+1; the barriers stand `upAtr` and `downAtr` times the volatility at t from it. The first bar in t+1 … t+H
 * whose high reaches the upper gives LONG, whose low reaches the lower SHORT; a bar that reaches both gives NO_TRADE
 * (their order is unknown), as does reaching neither. Ends at that bar, or at t+H. Unlabelled where t+H is not there yet,
 * or no volatility.
 */
export function labelTripleBarrier(candles: Candles, spec: TripleBarrierSpec): Labels {
  const { open, high, low, close } = candles;
  const labels = unlabelled(close.length);
  const { horizonBars, upAtr, downAtr } = spec;
  const volatility = volatilityPerBar(candles, volatilityOf(spec));
  const touch = new PriceTouch(high, low);
  for (let t = 0; t + horizonBars < close.length; t++) {
    const unit = volatility[t];
    if (Number.isNaN(unit)) continue;
    const entry = open[t + 1];
    const upper = entry + upAtr * unit;
    const lower = entry - downAtr * unit;
    const end = touch.first(upper, lower, t + 1, t + horizonBars);
    labels.end[t] = end;
    labels.label[t] = outcome(high[end] >= upper, low[end] <= lower);
  }
  return labels;
}

/** Whether the bar at which row t was decided reached both barriers. */
export function reachesBoth(
  { open, high, low }: Candles,
  spec: TripleBarrierSpec,
  volatility: Float64Array,
  t: number,
  end: number,
): boolean {
  const entry = open[t + 1];
  return high[end] >= entry + spec.upAtr * volatility[t] && low[end] <= entry - spec.downAtr * volatility[t];
}

function outcome(touchesUpper: boolean, touchesLower: boolean): number {
  if (touchesUpper === touchesLower) return NO_TRADE;
  return touchesUpper ? LONG : SHORT;
}
