import { Change } from './columns/change.ts';
import { ExponentialDeviation } from './columns/exponential.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [DEVIATION, FAST, SLOW, SIGNAL] = SCRATCH;

/** `relative`: EMA(period) of the close, as a share of the close above or below it (TA-Lib's EMA / close − 1). */
export const exponentialMovingAverage: Kernel = {
  name: 'exponential-moving-average',
  inputs: ['closeChange', 'perClose'],
  outputs: ['relative'],
  start({ period }) {
    const average = new ExponentialDeviation(period);
    return {
      advance({ closeChange, perClose }, { relative }) {
        const count = closeChange.length;
        average.advance(closeChange, DEVIATION, count);
        if (relative) for (let i = 0; i < count; i++) relative[i] = DEVIATION[i] * perClose[i];
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
  inputs: ['closeChange', 'perClose'],
  outputs: ['line', 'signal', 'histogram'],
  start(parameters) {
    const fast = new ExponentialDeviation(parameters.fast, parameters.slow - parameters.fast);
    const slow = new ExponentialDeviation(parameters.slow);
    const lineChange = new Change();
    const aboveLine = new ExponentialDeviation(parameters.signal);
    return {
      advance({ closeChange, perClose }, { line, signal, histogram }) {
        const count = closeChange.length;
        fast.advance(closeChange, FAST, count);
        slow.advance(closeChange, SLOW, count);
        for (let i = 0; i < count; i++) FAST[i] -= SLOW[i];
        lineChange.advance(FAST, SIGNAL, count);
        aboveLine.advance(SIGNAL, SIGNAL, count);
        if (line) {
          for (let i = 0; i < count; i++)
            line[i] = Number.isNaN(SIGNAL[i]) ? Number.NaN : FAST[i] * perClose[i];
        }
        if (signal) for (let i = 0; i < count; i++) signal[i] = (FAST[i] + SIGNAL[i]) * perClose[i];
        if (histogram) for (let i = 0; i < count; i++) histogram[i] = -SIGNAL[i] * perClose[i];
      },
    };
  },
};

/**
 * Exponential averages of exponential averages of the close, all of `period`: `double` = DEMA / close − 1 with
 * DEMA = 2 EMA − EMA(EMA), `triple` = TEMA / close − 1 with TEMA = 3 EMA − 3 EMA(EMA) + EMA(EMA(EMA)), `change` = TRIX, the
 * change of the third average in percent. In terms of each average's deviation u from what it averages: u1 − u2 and
 * u1 − 2 u2 + u3.
 */
export const exponentialChain: Kernel = {
  name: 'exponential-chain',
  inputs: ['close', 'closeChange', 'perClose'],
  outputs: ['double', 'triple', 'change'],
  start({ period }) {
    const averages = [1, 2, 3].map(() => new ExponentialDeviation(period));
    const changes = [1, 2, 3].map(() => new Change());
    const [, first, second, third, step, moved] = SCRATCH;
    const deviations = [first, second, third];
    return {
      advance({ close, closeChange, perClose }, { double, triple, change }) {
        const count = close.length;
        for (let i = 0; i < count; i++) step[i] = closeChange[i];
        for (const [order, average] of averages.entries()) {
          const deviation = deviations[order];
          average.advance(step, deviation, count);
          changes[order].advance(deviation, moved, count);
          for (let i = 0; i < count; i++) step[i] += moved[i];
        }
        if (double) for (let i = 0; i < count; i++) double[i] = (first[i] - second[i]) * perClose[i];
        if (triple)
          for (let i = 0; i < count; i++) triple[i] = (first[i] - 2 * second[i] + third[i]) * perClose[i];
        if (!change) return;
        for (let i = 0; i < count; i++) {
          const before = close[i] + (first[i] + second[i] + third[i]) - step[i];
          change[i] = (step[i] / before) * 100;
        }
      },
    };
  },
};
