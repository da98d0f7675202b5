import type { Candles } from '../../contracts/candles.ts';
import type { ForwardReturnSpec } from '../../contracts/labels.ts';
import { logReturn } from '../../features/kernels/derived.ts';
import { RollingMoments } from '../../features/kernels/rolling.ts';
import { type Labels, unlabelled } from './labels.ts';

const DEVIATION_BARS = 20;
/** Deviations over the horizon beyond which a return is clipped. */
const LARGEST_DEVIATIONS = 5;

/**
 * log(close[t+H] / open[t+1]), clipped at ±5·√H·σ, σ being the population deviation of the last 20 log returns at t; ends
 * at t+H. Unlabelled where t+H is not there yet, or no σ. O(bars).
 */
export function labelForwardReturn({ open, close }: Candles, { horizonBars }: ForwardReturnSpec): Labels {
  const { label, end } = unlabelled(close.length);
  const target = new Float64Array(close.length).fill(Number.NaN);
  const returns = new RollingMoments(DEVIATION_BARS);
  const reach = LARGEST_DEVIATIONS * Math.sqrt(horizonBars);
  for (let t = 1; t + horizonBars < close.length; t++) {
    returns.push(logReturn(close[t], close[t - 1]));
    if (t < DEVIATION_BARS) continue;
    const limit = reach * Math.sqrt(returns.variance);
    const change = Math.log(close[t + horizonBars] / open[t + 1]);
    target[t] = Math.min(Math.max(change, -limit), limit);
    label[t] = 0;
    end[t] = t + horizonBars;
  }
  return { label, end, target };
}
