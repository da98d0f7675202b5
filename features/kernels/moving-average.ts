import type { Kernel } from './kernel.ts';

/**
 * Exponential average less the value it follows, seeded with the simple average of the first `period` values; NaN before.
 * Kept as the difference, u ← (1 − α)(u + previous − value) with α = 2 / (period + 1): small moves of a high price keep
 * their digits.
 */
class ExponentialDeviation {
  deviation = Number.NaN;
  readonly #period: number;
  readonly #decay: number;
  #count = 0;
  #first = 0;
  #sum = 0;
  #previous = 0;

  constructor(period: number) {
    this.#period = period;
    this.#decay = 1 - 2 / (period + 1);
  }

  push(value: number): void {
    if (this.#count >= this.#period)
      this.deviation = this.#decay * (this.deviation + (this.#previous - value));
    else this.#seed(value);
    this.#previous = value;
  }

  #seed(value: number): void {
    if (this.#count === 0) this.#first = value;
    this.#sum += value - this.#first;
    this.#count++;
    if (this.#count === this.#period) this.deviation = this.#first - value + this.#sum / this.#period;
  }
}

/** `relative`: EMA(period) of the close, as a share of the close above or below it (TA-Lib's EMA / close − 1). */
export const exponentialMovingAverage: Kernel = {
  name: 'exponential-moving-average',
  inputs: ['close'],
  outputs: ['relative'],
  start({ period }) {
    const average = new ExponentialDeviation(period);
    return {
      advance({ close }, { relative }) {
        for (let i = 0; i < close.length; i++) {
          average.push(close[i]);
          if (relative) relative[i] = average.deviation / close[i];
        }
      },
    };
  },
};

/**
 * MACD, each output as a share of the close: `line` = EMA(fast) − EMA(slow), `signal` = EMA(signal) of the line,
 * `histogram` = line − signal. TA-Lib's alignment: the fast average is seeded with the last `fast` of the first `slow`
 * closes, and nothing is given before the signal's seed is complete.
 */
export const macd: Kernel = {
  name: 'macd',
  inputs: ['close'],
  outputs: ['line', 'signal', 'histogram'],
  start(parameters) {
    const fast = new ExponentialDeviation(parameters.fast);
    const slow = new ExponentialDeviation(parameters.slow);
    const lineAverage = new ExponentialDeviation(parameters.signal);
    const fastStart = parameters.slow - parameters.fast;
    const lineStart = parameters.slow - 1;
    const signalStart = lineStart + parameters.signal - 1;
    let bar = 0;
    return {
      advance({ close }, { line, signal, histogram }) {
        for (let i = 0; i < close.length; i++, bar++) {
          const price = close[i];
          slow.push(price);
          if (bar >= fastStart) fast.push(price);
          const difference = fast.deviation - slow.deviation;
          if (bar >= lineStart) lineAverage.push(difference);
          const aboveLine = lineAverage.deviation;
          if (line) line[i] = bar < signalStart ? Number.NaN : difference / price;
          if (signal) signal[i] = (difference + aboveLine) / price;
          if (histogram) histogram[i] = -aboveLine / price;
        }
      },
    };
  },
};
