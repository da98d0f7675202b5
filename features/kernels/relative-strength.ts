import { WindowRange } from './columns/range.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { isFlat } from './flat.ts';
import type { Kernel } from './kernel.ts';

const [INDEX, HIGHEST, LOWEST] = SCRATCH;

/** Wilder's averages of the gains and losses of the close, and what share of both the gains are. */
class RelativeStrength {
  readonly #period: number;
  #known = 0;
  #gain = 0;
  #loss = 0;

  constructor(period: number) {
    this.#period = period;
  }

  /** @param out the index, 0-100; 0 while nothing moves, NaN before `period` changes came */
  advance(close: Float64Array, closeChange: Float64Array, out: Float64Array, count: number): void {
    const share = 1 / this.#period;
    const kept = 1 - share;
    // Halves of gain and loss: |x| ± x needs no branch, which would be guessed wrong every other time.
    let gain = this.#gain;
    let loss = this.#loss;
    let i = 0;
    for (; i < count && this.#known < this.#period; i++) {
      const change = closeChange[i];
      out[i] = Number.NaN;
      if (Number.isNaN(change)) continue;
      gain += share * (Math.abs(change) + change);
      loss += share * (Math.abs(change) - change);
      if (++this.#known === this.#period) out[i] = strengthIndex(gain, loss, close[i]);
    }
    for (; i < count; i++) {
      const change = closeChange[i];
      const size = Math.abs(change);
      gain = kept * gain + share * (size + change);
      loss = kept * loss + share * (size - change);
      out[i] = strengthIndex(gain, loss, close[i]);
    }
    this.#gain = gain;
    this.#loss = loss;
  }
}

function strengthIndex(gain: number, loss: number, price: number): number {
  const movement = gain + loss;
  return isFlat(0.5 * movement, price) ? 0 : (100 * gain) / movement;
}

/** `index`: RSI(period) of the close, 0-100, by Wilder's smoothing; 0 while nothing moves (TA-Lib's RSI). */
export const relativeStrengthIndex: Kernel = {
  name: 'relative-strength-index',
  inputs: ['close', 'closeChange'],
  outputs: ['index'],
  start({ period }) {
    const strength = new RelativeStrength(period);
    return {
      advance({ close, closeChange }, { index }) {
        if (index) strength.advance(close, closeChange, index, close.length);
      },
    };
  },
};

/** RSI that moves less than this in the window stands still: what is left is rounding. */
const STILL = 1e-9;

/**
 * `k`: where RSI(`period`) stands in the range of its last `window` values, 0-100, 0 where it stands still; `d`: the mean of
 * the last `smoothing` k (Chande & Kroll, 1994; TA-Lib's STOCHRSI).
 */
export const stochasticStrength: Kernel = {
  name: 'stochastic-strength',
  inputs: ['close', 'closeChange'],
  outputs: ['k', 'd'],
  start({ period, window, smoothing }) {
    const strength = new RelativeStrength(period);
    const range = new WindowRange(window);
    const smoothed = new WindowSum(smoothing);
    return {
      advance({ close, closeChange }, { k, d }) {
        const count = close.length;
        strength.advance(close, closeChange, INDEX, count);
        range.advance(INDEX, INDEX, HIGHEST, LOWEST, count);
        for (let i = 0; i < count; i++) {
          const width = HIGHEST[i] - LOWEST[i];
          INDEX[i] = width < STILL ? 0 : (100 * (INDEX[i] - LOWEST[i])) / width;
        }
        if (k) for (let i = 0; i < count; i++) k[i] = INDEX[i];
        smoothed.advance(INDEX, INDEX, count);
        if (d) for (let i = 0; i < count; i++) d[i] = INDEX[i] / smoothing;
      },
    };
  },
};
