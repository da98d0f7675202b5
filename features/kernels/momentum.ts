import { History } from './columns/history.ts';
import type { Kernel } from './kernel.ts';

/** TA-Lib's idea of zero, for prices of one and more; below, it shrinks with the price. */
const FLAT = 1e-14;

/** Whether so little of a price moved that only rounding is left. */
export function isFlat(movement: number, price: number): boolean {
  return movement < (price < 1 ? FLAT * price : FLAT);
}

/** Wilder's averages of the gains and losses of the close, and what share of both the gains are. */
export class RelativeStrength {
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

/** `percent`: change of the close over `period` bars in percent (TA-Lib's ROC). */
export const rateOfChange: Kernel = {
  name: 'rate-of-change',
  inputs: ['close'],
  outputs: ['percent'],
  start({ period }) {
    const past = new History(period);
    return {
      advance({ close }, { percent }) {
        past.advance(close, close.length);
        const before = past.values;
        if (!percent) return;
        for (let i = 0; i < close.length; i++) percent[i] = ((close[i] - before[i]) / before[i]) * 100;
      },
    };
  },
};
