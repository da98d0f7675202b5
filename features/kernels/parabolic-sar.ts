import type { Kernel } from './kernel.ts';

/**
 * `distance`: (close − SAR) / close, positive in an upward trend. The stop SAR moves towards the trend's extreme by a factor
 * that grows by `step` with each new extreme, up to `maximum`; it never enters the last two bars, and where
 * a bar reaches it the trend turns (Wilder, 1978; TA-Lib's SAR, whose first trend is down if the second bar's low fell by
 * more than its high rose).
 */
export const parabolicSar: Kernel = {
  name: 'parabolic-sar',
  inputs: ['high', 'low', 'close', 'perClose'],
  outputs: ['distance'],
  start({ step, maximum }) {
    const stop = new ParabolicStop(step, maximum);
    return {
      advance({ high, low, close, perClose }, { distance }) {
        for (let i = 0; i < close.length; i++) {
          const at = stop.push(high[i], low[i]);
          if (distance) distance[i] = (close[i] - at) * perClose[i];
        }
      },
    };
  },
};

class ParabolicStop {
  readonly #step: number;
  readonly #maximum: number;
  #bars = 0;
  /** 1 in an upward trend, −1 in a downward one, which is the upward one of −price: low for high, high for low. */
  #side: 1 | -1 = 1;
  /** Stop of the next bar, extreme and the last bar's far end, times the side. */
  #stop = 0;
  #extreme = 0;
  #factor: number;
  #highBefore = Number.NaN;
  #lowBefore = Number.NaN;

  constructor(step: number, maximum: number) {
    this.#step = step;
    this.#maximum = maximum;
    this.#factor = step;
  }

  /** Takes a bar and gives back its stop; NaN for the first. */
  push(high: number, low: number): number {
    if (this.#bars < 2 && ++this.#bars === 2) this.#begin(high, low);
    const stop = this.#bars < 2 ? Number.NaN : this.#next(high, low);
    this.#highBefore = high;
    this.#lowBefore = low;
    return stop;
  }

  #begin(high: number, low: number): void {
    const fall = this.#lowBefore - low;
    this.#side = fall > 0 && fall > high - this.#highBefore ? -1 : 1;
    this.#extreme = this.#side === 1 ? high : -low;
    this.#stop = this.#side === 1 ? this.#lowBefore : -this.#highBefore;
    this.#highBefore = high;
    this.#lowBefore = low;
  }

  #next(high: number, low: number): number {
    const isUp = this.#side === 1;
    // In the trend's own direction: `near` is the end that could reach the stop.
    const near = isUp ? low : -high;
    const far = isUp ? high : -low;
    const nearBefore = isUp ? this.#lowBefore : -this.#highBefore;
    const farBefore = isUp ? this.#highBefore : -this.#lowBefore;
    if (near > this.#stop) {
      const stop = this.#side * this.#stop;
      if (far > this.#extreme) {
        this.#extreme = far;
        this.#factor = Math.min(this.#factor + this.#step, this.#maximum);
      }
      const moved = this.#stop + this.#factor * (this.#extreme - this.#stop);
      this.#stop = Math.min(moved, nearBefore, near);
      return stop;
    }
    const turned = Math.max(this.#extreme, farBefore, far);
    const stop = this.#side * turned;
    this.#side = isUp ? -1 : 1;
    this.#factor = this.#step;
    this.#extreme = -near;
    const moved = -turned + this.#factor * (this.#extreme + turned);
    this.#stop = Math.min(moved, -farBefore, -far);
    return stop;
  }
}
