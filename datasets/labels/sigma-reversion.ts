import type { Candles } from '../../contracts/candles.ts';
import type { SigmaReversionSpec } from '../../contracts/labels.ts';
import { APPROVE, LONG, NO_TRADE, REJECT, SHORT } from '../../contracts/tasks.ts';
import { WindowMoments } from '../../features/kernels/columns/moments.ts';
import { type Labels, unlabelled } from './labels.ts';
import { PriceTouch } from './price-touch.ts';

/** Share of the mean under which a deviation is rounding, not movement. */
const SMALLEST_DEVIATION = 1e-12;

/**
 * On seconds, each closing at its last trade: APPROVE if within H seconds the price moves at least `sigmas` deviations from
 * p(t) towards the mean, else REJECT; mean μ and population deviation σ are of the W seconds up to t, t included. Ends
 * where it came back, or at t+H. Unlabelled where σ ≤ 1e-12·μ, before W seconds, and where t+H is not there yet.
 */
export function labelSigmaReversion({ close }: Candles, spec: SigmaReversionSpec): Labels {
  const { horizonBars, windowBars, sigmas } = spec;
  const labels = unlabelled(close.length);
  const [toMean, variance] = [new Float64Array(close.length), new Float64Array(close.length)];
  new WindowMoments(windowBars).advance(close, toMean, variance, close.length);
  const touch = new PriceTouch(close, close);
  for (let t = 0; t + horizonBars < close.length; t++) {
    const mean = close[t] + toMean[t];
    const deviation = Math.sqrt(variance[t]);
    if (!(deviation > SMALLEST_DEVIATION * mean)) continue;
    const distance = sigmas * deviation;
    const lower = close[t] > mean ? close[t] - distance : Number.NEGATIVE_INFINITY;
    const upper = close[t] < mean ? close[t] + distance : Number.POSITIVE_INFINITY;
    const end = touch.first(upper, lower, t + 1, t + horizonBars);
    labels.end[t] = end;
    labels.label[t] = close[end] >= upper || close[end] <= lower ? APPROVE : REJECT;
  }
  return labels;
}

/** Sides of signals under way: chunk after chunk the same as all at once. */
export interface ReversionSides {
  /** Takes the next closes, and gives the side at each. */
  advance(close: Float64Array): Int8Array;
}

/** The side of the signal that is approved or rejected at each bar: towards the mean; NO_TRADE where there is none. */
export function startReversionSides({ windowBars }: SigmaReversionSpec): ReversionSides {
  const moments = new WindowMoments(windowBars);
  return {
    advance(close) {
      const toMean = new Float64Array(close.length);
      moments.advance(close, toMean, new Float64Array(close.length), close.length);
      return Int8Array.from(toMean, distance => {
        if (distance > 0) return LONG;
        return distance < 0 ? SHORT : NO_TRADE;
      });
    },
  };
}

/** The same of all bars. */
export function reversionSides({ close }: Candles, spec: SigmaReversionSpec): Int8Array {
  return startReversionSides(spec).advance(close);
}
