import { quantileOfSorted } from './quantile.ts';

type Values = Float64Array | Float32Array;

const BINS = 10;
/** Share that an empty bin counts as, so that its logarithm is finite. */
const EMPTY_SHARE = 1e-4;

/**
 * Population stability index of `current` against `reference`, both ascending and without NaN, over ten bins with borders
 * at the reference's deciles: Σ (c − r) · ln(c / r) of the bins' shares. Under 0.1 is usual, over 0.25 a change; null where
 * either is empty. O(log n) after sorting.
 */
export function populationStability(reference: Values, current: Values): number | null {
  if (reference.length === 0 || current.length === 0) return null;
  const borders = Array.from({ length: BINS - 1 }, (_, bin) => quantileOfSorted(reference, (bin + 1) / BINS));
  const expected = binShares(reference, borders);
  const actual = binShares(current, borders);
  return expected.reduce((sum, share, bin) => sum + (actual[bin] - share) * Math.log(actual[bin] / share), 0);
}

/** Largest distance of two empirical distributions, of ascending values without NaN; null where either is empty. O(n + m). */
export function kolmogorovSmirnov(a: Values, b: Values): number | null {
  if (a.length === 0 || b.length === 0) return null;
  let largest = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/**
 * Chance of a distance at least as large between samples of `n` and `m` independent values of one distribution: that of one
 * sample of n·m / (n + m). Twice the one-sided chance by Birnbaum and Tingey's sum where that is small (what it counts
 * twice is then far smaller still), else Kolmogorov's limit with Stephens' correction. Values that follow one another in
 * time are not independent: their chance is higher.
 */
export function kolmogorovSmirnovChance(distance: number, n: number, m: number): number {
  const size = Math.round((n * m) / (n + m));
  if (distance <= 0) return 1;
  const oneSided = oneSidedChance(distance, size);
  if (oneSided < SMALL_CHANCE) return Math.min(1, 2 * oneSided);
  const root = Math.sqrt(size);
  return limitingChance(distance * (root + 0.12 + 0.11 / root));
}

const SMALL_CHANCE = 1e-3;

function binShares(sorted: Values, borders: readonly number[]): number[] {
  const ends = [...borders.map(border => countBelow(sorted, border)), sorted.length];
  return ends.map((end, bin) => {
    const count = end - (bin === 0 ? 0 : ends[bin - 1]);
    return count === 0 ? EMPTY_SHARE : count / sorted.length;
  });
}

/** Values under a border; one that lies on it belongs to the bin above. */
function countBelow(sorted: Values, border: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < border) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** P(D⁺ ≥ d) = d · Σ C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j), over j from 0 to n(1 − d). */
function oneSidedChance(distance: number, size: number): number {
  let sum = 0;
  let logWays = 0;
  for (let j = 0; j <= size * (1 - distance); j++) {
    if (j > 0) logWays += Math.log((size - j + 1) / j);
    const reach = distance + j / size;
    if (reach >= 1) break;
    sum += Math.exp(logWays + (j - 1) * Math.log(reach) + (size - j) * Math.log1p(-reach));
  }
  return Math.min(1, distance * sum);
}

/** Kolmogorov's limiting distribution: 2 Σ (−1)^(k−1) exp(−2 k² x²). */
function limitingChance(x: number): number {
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * x) ** 2);
  return Math.min(1, Math.max(0, sum));
}
