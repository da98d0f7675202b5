import type { Candles } from '../../contracts/candles.ts';
import type { FixedHorizonSpec } from '../../contracts/labels.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { type Labels, unlabelled } from './labels.ts';

/**
 * log(close[t+H] / open[t+1]) above the threshold gives LONG, below its negative SHORT, else NO_TRADE; ends at t+H.
 * Unlabelled where t+H is not there yet. O(bars).
 */
export function labelFixedHorizon({ open, close }: Candles, spec: FixedHorizonSpec): Labels {
  const labels = unlabelled(close.length);
  for (let t = 0; t + spec.horizonBars < close.length; t++) {
    const end = t + spec.horizonBars;
    const change = Math.log(close[end] / open[t + 1]);
    labels.end[t] = end;
    labels.label[t] = outcome(change, spec.thresholdLogReturn);
  }
  return labels;
}

function outcome(change: number, threshold: number): number {
  if (change > threshold) return LONG;
  return change < -threshold ? SHORT : NO_TRADE;
}
