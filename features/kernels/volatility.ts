import type { Candles } from '../../contracts/candles.ts';
import { WindowMoments } from './columns/moments.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WilderSum } from './columns/wilder.ts';
import type { Kernel } from './kernel.ts';

const [SUM, MEAN, VARIANCE] = SCRATCH;

/** Average true range by Wilder's smoothing, in price; NaN before `period` true ranges came (the first bar has none). */
export class AverageTrueRange {
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
export const relativeTrueRange: Kernel = {
  name: 'average-true-range',
  inputs: ['trueRange', 'perClose'],
  outputs: ['relative'],
  start({ period }) {
    const ranges = new WilderSum(period);
    return {
      advance({ trueRange, perClose }, { relative }) {
        const count = trueRange.length;
        const share = 1 / period;
        ranges.advance(trueRange, SUM, count);
        if (relative) for (let i = 0; i < count; i++) relative[i] = share * SUM[i] * perClose[i];
      },
    };
  },
};

/** `deviation`: population deviation of the last `period` log returns. */
export const logReturnDeviation: Kernel = {
  name: 'log-return-deviation',
  inputs: ['logReturn'],
  outputs: ['deviation'],
  start({ period }) {
    const returns = new WindowMoments(period);
    return {
      advance({ logReturn }, { deviation }) {
        const count = logReturn.length;
        returns.advance(logReturn, MEAN, VARIANCE, count);
        if (deviation) for (let i = 0; i < count; i++) deviation[i] = Math.sqrt(VARIANCE[i]);
      },
    };
  },
};
