import type { Estimate } from '../contracts/evidence.ts';
import { randomIndex, seededRandom } from './random.ts';

export interface BootstrapSpec {
  /** Rows in time order. */
  readonly rows: number;
  /** Length of a block: twice the labels' horizon, so that a block spans what overlapping labels share. */
  readonly blockRows: number;
  readonly draws: number;
  readonly seed: number;
  /** The share of the draws outside the interval, half of it on each side: .05 unless given. */
  readonly level?: number;
}

/**
 * One resample: the rows `start … start + blockRows − 1` of each block in turn, the last block cut to `lastBlockRows`,
 * so that the resample has exactly as many rows as the original.
 */
export interface Draw {
  readonly starts: Int32Array;
  readonly blockRows: number;
  readonly lastBlockRows: number;
}

/** Something that can be measured on a resample, one number per name; NaN where it is not defined there. */
export interface Statistic<Name extends string> {
  readonly names: readonly Name[];
  measure(draw: Draw, out: Float64Array): void;
}

/** Fewer blocks than this say nothing about the spread: a block as long as the series has no spread at all. */
export const MIN_BLOCKS = 10;
/** Where more draws than this are undefined, the others are no fair sample. */
const MAX_UNDEFINED_SHARE = 0.05;

/**
 * Percentile intervals (95 % unless `level` says other) by the moving-block bootstrap (Künsch 1989): block starts uniform
 * over 0 … rows − blockRows, ⌈rows / blockRows⌉ blocks per draw. All statistics see the same draws, and the same seed gives the same draws, so
 * models on the same rows are paired. Bounds are null with under 10 blocks, or where over 5 % of the draws leave the
 * statistic undefined.
 */
export function bootstrapIntervals<Name extends string>(
  statistic: Statistic<Name>,
  spec: BootstrapSpec,
): Record<Name, Estimate> {
  const { names } = statistic;
  const value = new Float64Array(names.length);
  statistic.measure(everyRowOnce(spec.rows), value);
  const enough = spec.rows >= MIN_BLOCKS * spec.blockRows;
  const samples = enough ? sample(statistic, spec) : null;
  const estimates = names.map((name, i): [Name, Estimate] => {
    const [low, high] = samples ? percentileInterval(samples[i]!, spec.level ?? USUAL_LEVEL) : [null, null];
    return [name, Number.isNaN(value[i]) ? UNDEFINED : { value: value[i]!, low, high }];
  });
  return Object.fromEntries(estimates) as Record<Name, Estimate>;
}

const USUAL_LEVEL = 0.05;
const UNDEFINED: Estimate = { value: null, low: null, high: null };

function everyRowOnce(rows: number): Draw {
  return { starts: new Int32Array(1), blockRows: rows, lastBlockRows: rows };
}

/** The statistic on every draw, one array per name. */
function sample(statistic: Statistic<string>, spec: BootstrapSpec): Float64Array[] {
  const { rows, blockRows, draws, seed } = spec;
  const blocks = Math.ceil(rows / blockRows);
  const starts = new Int32Array(blocks);
  const draw: Draw = { starts, blockRows, lastBlockRows: rows - (blocks - 1) * blockRows };
  const random = seededRandom(seed);
  const measured = new Float64Array(statistic.names.length);
  const samples = statistic.names.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    for (let block = 0; block < blocks; block++) starts[block] = randomIndex(random, rows - blockRows + 1);
    statistic.measure(draw, measured);
    for (let i = 0; i < measured.length; i++) samples[i]![d] = measured[i]!;
  }
  return samples;
}

function percentileInterval(sample: Float64Array, level: number): [number | null, number | null] {
  const defined = sample.filter(value => !Number.isNaN(value)).sort();
  if (defined.length < sample.length * (1 - MAX_UNDEFINED_SHARE)) return [null, null];
  return [quantile(defined, level / 2), quantile(defined, 1 - level / 2)];
}

/** Linear interpolation between the order statistics of a sorted sample, numpy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}
