import type { Candles } from '../../contracts/candles.ts';
import type { ForwardReturnSpec } from '../../contracts/labels.ts';
import { WindowMoments } from '../../features/kernels/columns/moments.ts';
import { DERIVATIONS } from '../../features/kernels/derived.ts';
import { type Labels, unlabelled } from './labels.ts';

const DEVIATION_BARS = 20;
/** Deviations over the horizon beyond which a return is clipped. */
const LARGEST_DEVIATIONS = 5;

/**
 * log(close[t+H] / open[t+1]), clipped at ±5·√H·σ, σ being the population deviation of the last 20 log returns at t; ends
 * at t+H. Unlabelled where t+H is not there yet, or no σ. O(bars).
 */
export function labelForwardReturn(candles: Candles, { horizonBars }: ForwardReturnSpec): Labels {
  const { open, close } = candles;
  const { label, end } = unlabelled(close.length);
  const target = new Float64Array(close.length).fill(Number.NaN);
  const variance = returnVariance(candles);
  const reach = LARGEST_DEVIATIONS * Math.sqrt(horizonBars);
  for (let t = DEVIATION_BARS; t + horizonBars < close.length; t++) {
    const limit = reach * Math.sqrt(variance[t]);
    const change = Math.log(close[t + horizonBars] / open[t + 1]);
    target[t] = Math.min(Math.max(change, -limit), limit);
    label[t] = 0;
    end[t] = t + horizonBars;
  }
  return { label, end, target };
}

/** Population variance of the last 20 log returns at each bar. */
function returnVariance(candles: Candles): Float64Array {
  const count = candles.close.length;
  const column = new Float64Array(count);
  DERIVATIONS.logReturn.start()(candles, column);
  new WindowMoments(DEVIATION_BARS).advance(column, new Float64Array(count), column, count);
  return column;
}
