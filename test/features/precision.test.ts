import assert from 'node:assert/strict';
import test from 'node:test';
import { WindowCovariance } from '../../features/kernels/columns/covariance.ts';
import { WindowLine } from '../../features/kernels/columns/line.ts';
import { WindowMoments } from '../../features/kernels/columns/moments.ts';
import { WindowWeightedMean } from '../../features/kernels/columns/weighted-mean.ts';
import { CHUNK_BARS } from '../../features/kernels/kernel.ts';

const ROWS = 40 * CHUNK_BARS;
const PERIOD = 30;
/** Sums that are subtracted from each other would leave nothing of moves of 1e-10 of the price. */
const TOLERANCE = 1e-6;

// A price of 1e8 that moves by hundredths, after a crash from 1e12 in the first bars; volumes of its size.
const prices = walk(1, 1e8, 1e-2).map((price, i) => (i < 100 ? 1e4 * price : price));
const volumes = walk(2, 1e8, 1e-2);

test('variance and mean keep six digits on a price of 1e8 with moves of 1e-2', () => {
  const window = new WindowMoments(PERIOD);
  const [toMean, variance] = [new Float64Array(CHUNK_BARS), new Float64Array(CHUNK_BARS)];
  forEachRow(
    column => window.advance(column, toMean, variance, CHUNK_BARS),
    (t, i) => {
      const { mean, variance: expected } = twoPass(t);
      near(variance[i], expected, expected);
      near(toMean[i], mean, Math.sqrt(expected));
    },
  );
});

test('the regression line keeps six digits', () => {
  const window = new WindowLine(PERIOD);
  const [mean, weighted] = [new Float64Array(CHUNK_BARS), new Float64Array(CHUNK_BARS)];
  forEachRow(
    column => window.advance(column, mean, weighted, CHUNK_BARS),
    (t, i) => {
      let expected = 0;
      for (let k = 0; k < PERIOD; k++)
        expected += ((PERIOD - k) * (prices[t - k] - prices[t])) / ((PERIOD * (PERIOD + 1)) / 2);
      near(weighted[i], expected, Math.sqrt(twoPass(t).variance));
    },
  );
});

test('correlation keeps six digits', () => {
  const window = new WindowCovariance(PERIOD);
  const out = {
    varianceX: new Float64Array(CHUNK_BARS),
    varianceY: new Float64Array(CHUNK_BARS),
    covariance: new Float64Array(CHUNK_BARS),
  };
  forEachRow(
    (column, from) => window.advance(column, volumes.subarray(from, from + CHUNK_BARS), out, CHUNK_BARS),
    (t, i) => {
      let [products, squaresX, squaresY] = [0, 0, 0];
      const [meanX, meanY] = [meanOffset(prices, t), meanOffset(volumes, t)];
      for (let k = 0; k < PERIOD; k++) {
        const dx = prices[t - k] - prices[t] - meanX;
        const dy = volumes[t - k] - volumes[t] - meanY;
        products += dx * dy;
        squaresX += dx * dx;
        squaresY += dy * dy;
      }
      const got = out.covariance[i] / Math.sqrt(out.varianceX[i] * out.varianceY[i]);
      near(got, products / Math.sqrt(squaresX * squaresY), 1);
    },
  );
});

test('a price weighted by volume keeps six digits of its distance', () => {
  const window = new WindowWeightedMean(PERIOD);
  const out = new Float64Array(CHUNK_BARS);
  forEachRow(
    (column, from) => window.advance(column, volumes.subarray(from, from + CHUNK_BARS), out, CHUNK_BARS),
    (t, i) => {
      let [products, weights] = [0, 0];
      for (let k = 0; k < PERIOD; k++) {
        products += (prices[t - k] - prices[t]) * volumes[t - k];
        weights += volumes[t - k];
      }
      near(out[i], products / weights, Math.sqrt(twoPass(t).variance));
    },
  );
});

/** Advances over all chunks and checks each row whose window lies after the crash. */
function forEachRow(
  advance: (column: Float64Array, from: number) => void,
  check: (row: number, place: number) => void,
): void {
  for (let from = 0; from < ROWS; from += CHUNK_BARS) {
    advance(prices.subarray(from, from + CHUNK_BARS), from);
    for (let i = 0; i < CHUNK_BARS; i++) if (from + i >= 100 + PERIOD) check(from + i, i);
  }
}

function twoPass(t: number): { mean: number; variance: number } {
  const mean = meanOffset(prices, t);
  let squares = 0;
  for (let k = 0; k < PERIOD; k++) squares += (prices[t - k] - prices[t] - mean) ** 2;
  return { mean, variance: squares / PERIOD };
}

/** Mean of the window that ends at `t`, less its newest value. */
function meanOffset(values: Float64Array, t: number): number {
  let sum = 0;
  for (let k = 0; k < PERIOD; k++) sum += values[t - k] - values[t];
  return sum / PERIOD;
}

/** Steps of −4 to 4 times `move`, always the same for a seed. */
function walk(seed: number, start: number, move: number): Float64Array {
  let state = seed;
  let value = start;
  return Float64Array.from({ length: ROWS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    value += move * (((state >>> 16) % 9) - 4);
    return value;
  });
}

function near(got: number, expected: number, scale: number): void {
  assert.ok(Math.abs(got - expected) <= TOLERANCE * scale, `${got} for ${expected}`);
}
