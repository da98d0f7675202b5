import type { Candles } from '../contracts/candles.ts';
import { seededRandom } from '../statistics/random.ts';
import { tiledBars } from './tiled-bars.ts';

/** Stop and target as shares of the entry; crooked, so that no level meets a recorded price but for its last bit. */
export const STOP = 0.0050139;
export const TARGET = 0.0100277;
const SIGNALS_PER_BAR = 0.2;

/** Recorded moves without gaps: each bar opens at the close before it, so that both engines enter at one price. */
export async function gaplessBars(count: number): Promise<Candles> {
  const bars = await tiledBars(count);
  for (let bar = 1; bar < count; bar++) {
    const open = bars.close[bar - 1];
    bars.open[bar] = open;
    bars.high[bar] = Math.max(bars.high[bar], open);
    bars.low[bar] = Math.min(bars.low[bar], open);
  }
  return bars;
}

/**
 * Bars at whose close a long is wished for, 1 or 0. None in a bar in which a position ends, where the reference could not
 * enter again, and none in the last.
 */
export function drawnEntries({ open, high, low, close }: Candles): Int8Array {
  const random = seededRandom(7);
  const entries = new Int8Array(close.length);
  let entry = Number.NaN;
  for (let bar = 0; bar < close.length - 1; bar++) {
    const ends =
      open[bar] <= entry * (1 - STOP) || low[bar] <= entry * (1 - STOP) || high[bar] >= entry * (1 + TARGET);
    if (ends) entry = Number.NaN;
    else if (random() < SIGNALS_PER_BAR * 2 ** 32) {
      entries[bar] = 1;
      if (Number.isNaN(entry)) entry = close[bar];
    }
  }
  return entries;
}
