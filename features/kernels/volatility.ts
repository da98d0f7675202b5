import type { Candles } from '../../contracts/candles.ts';
import { finite, type Kernel } from './kernel.ts';
import { RollingMoments } from './rolling.ts';

/** Average true range by Wilder's smoothing, in price; NaN before `period` true ranges came (the first bar has none). */
class AverageTrueRange {
  value = Number.NaN;
  readonly #period: number;
  #count = -1;
  #average = 0;
  #previousClose = 0;

  constructor(period: number) {
    this.#period = period;
  }

  push(high: number, low: number, close: number): void {
    const top = Math.max(high, this.#previousClose);
    const bottom = Math.min(low, this.#previousClose);
    this.#previousClose = close;
    this.#count++;
    if (this.#count === 0) return;
    // The seed is the plain mean of the first `period` true ranges, which this recursion gives too.
    this.#average += (top - bottom - this.#average) / Math.min(this.#count, this.#period);
    if (this.#count >= this.#period) this.value = this.#average;
  }
}

/** ATR(period) of every bar in price (TA-Lib's ATR); NaN in the first `period` rows. O(n). */
export function averageTrueRange({ high, low, close }: Candles, period: number): Float64Array {
  const range = new AverageTrueRange(period);
  const out = new Float64Array(close.length);
  for (let i = 0; i < close.length; i++) {
    range.push(high[i], low[i], close[i]);
    out[i] = range.value;
  }
  return out;
}

/** `relative`: ATR(period) as a share of the close. */
export const relativeTrueRange: Kernel = ({ high, low, close }, { period }, { relative }) => {
  const range = new AverageTrueRange(period);
  for (let i = 0; i < close.length; i++) {
    range.push(high[i], low[i], close[i]);
    if (relative) relative[i] = finite(range.value / close[i]);
  }
};

/** `deviation`: population deviation of the last `period` log returns. */
export const logReturnDeviation: Kernel = ({ close }, { period }, { deviation }) => {
  const returns = new RollingMoments(period);
  if (!deviation) return;
  deviation.fill(Number.NaN, 0, period);
  for (let i = 1; i < close.length; i++) {
    returns.push(logReturn(close[i], close[i - 1]));
    if (i >= period) deviation[i] = finite(Math.sqrt(returns.variance));
  }
};

/**
 * log(price / before) from the difference, which keeps its digits where the two are close:
 * 2·atanh(d) with d = (price − before) / (price + before), by its series for |d| ≤ 0.01 (next term under 1e-18 of it).
 */
function logReturn(price: number, before: number): number {
  const d = (price - before) / (price + before);
  if (Math.abs(d) > 0.01) return Math.log1p((price - before) / before);
  const square = d * d;
  return 2 * d * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9)))));
}
