import type { Drawdown } from '../../contracts/performance.ts';

/** Falls from peaks of an account that began with `initial` before the first bar. O(n). @param time open time of each bar */
export function drawdownOf(equity: Float64Array, initial: number, time: Float64Array): Drawdown {
  let peak = initial;
  let peakBar = -1;
  let deepest = { depth: 0, peakBar: -1, lowBar: -1 };
  let longestBars = 0;
  for (let bar = 0; bar < equity.length; bar++) {
    if (equity[bar] >= peak) {
      longestBars = Math.max(longestBars, lengthOf(peakBar, bar));
      peak = equity[bar];
      peakBar = bar;
      continue;
    }
    const depth = 1 - equity[bar] / peak;
    if (depth > deepest.depth) deepest = { depth, peakBar, lowBar: bar };
  }
  const last = equity.length - 1;
  longestBars = Math.max(longestBars, last - peakBar);
  if (deepest.lowBar < 0) {
    return { depth: 0, peakTime: null, lowTime: null, recoveredTime: null, bars: 0, longestBars: 0 };
  }
  const peakEquity = deepest.peakBar < 0 ? initial : equity[deepest.peakBar];
  const recovered = firstAtLeast(equity, peakEquity, deepest.lowBar + 1);
  return {
    depth: deepest.depth,
    peakTime: time[Math.max(deepest.peakBar, 0)],
    lowTime: time[deepest.lowBar],
    recoveredTime: recovered < 0 ? null : time[recovered],
    bars: (recovered < 0 ? last : recovered) - deepest.peakBar,
    longestBars,
  };
}

/** Share below the highest equity so far, per bar, ≤ 0. */
export function drawdownCurve(equity: Float64Array, initial: number): Float64Array {
  let peak = initial;
  return equity.map(value => {
    peak = Math.max(peak, value);
    return peak > 0 ? value / peak - 1 : 0;
  });
}

/** Bars under water between two peaks; none where each bar is a new one. */
function lengthOf(peakBar: number, nextPeakBar: number): number {
  const bars = nextPeakBar - peakBar;
  return bars > 1 ? bars : 0;
}

function firstAtLeast(values: Float64Array, least: number, from: number): number {
  for (let at = from; at < values.length; at++) if (values[at] >= least) return at;
  return -1;
}
