import type { CorrelationReport, FeatureReport } from '../contracts/dataset.ts';
import { correlationMatrix } from '../statistics/correlation.ts';
import { kolmogorovSmirnov, populationStability } from '../statistics/drift.ts';
import { presentValues } from './scaler.ts';
import type { Blocks } from './split.ts';

/** Rows of a block that distributions are taken from, evenly spaced: neighbours tell nearly the same. */
const SAMPLE_ROWS = 10_000;
const CLOSE_RHO = 0.95;
/** Features beyond which the matrix itself is left out. */
const WIDEST_MATRIX = 256;

/** How each feature's distribution moved from the training to the test rows. */
export function reportDrift(
  columns: readonly Float32Array[],
  blocks: Blocks,
): Pick<FeatureReport, 'psi' | 'ks'>[] {
  const train = evenlySpaced(blocks.train);
  const test = evenlySpaced(blocks.test);
  return columns.map(column => {
    const [before, after] = [train, test].map(rows => presentValues(column, rows).sort());
    return { psi: populationStability(before, after), ks: kolmogorovSmirnov(before, after) };
  });
}

/** Which features say the same on the training rows. */
export function reportCorrelation(
  names: readonly string[],
  columns: readonly Float32Array[],
  train: Int32Array,
): CorrelationReport {
  const rows = evenlySpaced(train);
  const width = names.length;
  const rho = correlationMatrix(columns.map(column => Float32Array.from(rows, row => column[row])));
  const closest: { a: string; b: string; rho: number }[] = [];
  for (let a = 0; a < width; a++) {
    for (let b = a + 1; b < width; b++) {
      const value = rho[a * width + b];
      if (Math.abs(value) >= CLOSE_RHO) closest.push({ a: names[a], b: names[b], rho: rounded(value)! });
    }
  }
  const row = (a: number) => Array.from(rho.subarray(a * width, (a + 1) * width), rounded);
  return {
    rows: rows.length,
    closest: closest.sort((one, other) => Math.abs(other.rho) - Math.abs(one.rho)),
    matrix: width <= WIDEST_MATRIX ? names.map((_, a) => row(a)) : null,
  };
}

function evenlySpaced(rows: Int32Array): Int32Array {
  if (rows.length <= SAMPLE_ROWS) return rows;
  return Int32Array.from(
    { length: SAMPLE_ROWS },
    (_, i) => rows[Math.floor((i * rows.length) / SAMPLE_ROWS)],
  );
}

function rounded(rho: number): number | null {
  return Number.isNaN(rho) ? null : Math.round(rho * 10_000) / 10_000;
}
