import { WindowFilter } from './columns/filter.ts';
import { SCRATCH } from './columns/scratch.ts';
import type { Kernel } from './kernel.ts';

const [OFFSET] = SCRATCH;

/** `relative`: triangular average, the simple average of a simple average, / close − 1 (TA-Lib's TRIMA). */
export const triangularAverage: Kernel = averageOf('triangular-average', period => {
  const half = Math.ceil(period / 2);
  return convolve(equalWeights(half), equalWeights(period + 1 - half));
});

/**
 * `relative`: Hull's average / close − 1: WMA(√period) of 2 WMA(period / 2) − WMA(period), which is one weighted average of
 * the last period + √period − 1 closes.
 */
export const hullAverage: Kernel = averageOf('hull-average', period => {
  const weights = linearWeights(period).map(weight => -weight);
  const recent = linearWeights(Math.round(period / 2));
  for (const [i, weight] of recent.entries()) weights[period - recent.length + i] += 2 * weight;
  return convolve(weights, linearWeights(Math.round(Math.sqrt(period))));
});

function averageOf(name: string, weightsOf: (period: number) => Float64Array): Kernel {
  return {
    name,
    inputs: ['close', 'perClose'],
    outputs: ['relative'],
    start({ period }) {
      const filter = new WindowFilter(weightsOf(period));
      return {
        advance({ close, perClose }, { relative }) {
          const count = close.length;
          filter.advance(close, OFFSET, count);
          if (relative) for (let i = 0; i < count; i++) relative[i] = OFFSET[i] * perClose[i];
        },
      };
    },
  };
}

function equalWeights(period: number): Float64Array {
  return new Float64Array(period).fill(1 / period);
}

/** 1 (oldest) to `period` (newest), scaled to add up to 1. */
function linearWeights(period: number): Float64Array {
  return Float64Array.from({ length: period }, (_, i) => (2 * (i + 1)) / (period * (period + 1)));
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) out[i + j] += a[i] * b[j];
  return out;
}
