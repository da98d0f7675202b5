import type { Draw, Statistic } from './bootstrap.ts';
import { areaUnderCurve, type Ranking } from './ranking.ts';

/**
 * Statistics that are functions of sums over rows (counts of a confusion matrix, sums of losses or returns). Prefix sums
 * make a draw cost O(blocks × columns), whatever the blocks' length.
 *
 * @param columns how many sums are kept
 * @param readRow writes a row's addends into `out`
 * @param functions each takes the sums over a resample; NaN where undefined
 */
export function statisticsOfSums<Name extends string>(
  rows: number,
  columns: number,
  readRow: (row: number, out: Float64Array) => void,
  functions: Readonly<Record<Name, (sums: Float64Array) => number>>,
): Statistic<Name> {
  const prefix = prefixSums(rows, columns, readRow);
  const names = Object.keys(functions) as Name[];
  const sums = new Float64Array(columns);
  return {
    names,
    measure(draw, out) {
      sumOver(draw, prefix, columns, sums);
      for (let i = 0; i < names.length; i++) out[i] = functions[names[i]!](sums);
    },
  };
}

/** The AUC of a ranking; a draw costs O(rows): how often each row was drawn, then one pass in rank order. */
export function statisticOfRanking<Name extends string>(
  name: Name,
  rows: number,
  ranking: Ranking,
): Statistic<Name> {
  const times = new Int32Array(rows + 1);
  return {
    names: [name],
    measure(draw, out) {
      countRows(draw, times);
      out[0] = areaUnderCurve(ranking, times);
    },
  };
}

/** Several statistics on the same draws. */
export function together<A extends string, B extends string>(
  first: Statistic<A>,
  second: Statistic<B>,
): Statistic<A | B> {
  const names: (A | B)[] = [...first.names, ...second.names];
  const rest = new Float64Array(second.names.length);
  return {
    names,
    measure(draw, out) {
      first.measure(draw, out);
      second.measure(draw, rest);
      out.set(rest, first.names.length);
    },
  };
}

/** `minuend − subtrahend`, name by name, on the same draws: how two models differ on the same rows. */
export function pairedDifference<Name extends string>(
  minuend: Statistic<Name>,
  subtrahend: Statistic<Name>,
): Statistic<Name> {
  const subtracted = new Float64Array(subtrahend.names.length);
  return {
    names: minuend.names,
    measure(draw, out) {
      minuend.measure(draw, out);
      subtrahend.measure(draw, subtracted);
      for (let i = 0; i < subtracted.length; i++) out[i]! -= subtracted[i]!;
    },
  };
}

/** Row-major `[rows + 1, columns]`: sums over all rows before. */
function prefixSums(
  rows: number,
  columns: number,
  readRow: (row: number, out: Float64Array) => void,
): Float64Array {
  const prefix = new Float64Array((rows + 1) * columns);
  const addends = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    addends.fill(0);
    readRow(row, addends);
    const at = row * columns;
    for (let c = 0; c < columns; c++) prefix[at + columns + c] = prefix[at + c]! + addends[c]!;
  }
  return prefix;
}

function sumOver(draw: Draw, prefix: Float64Array, columns: number, sums: Float64Array): void {
  const { starts, blockRows, lastBlockRows } = draw;
  sums.fill(0);
  for (let block = 0; block < starts.length; block++) {
    const from = starts[block]! * columns;
    const to = from + (block === starts.length - 1 ? lastBlockRows : blockRows) * columns;
    for (let c = 0; c < columns; c++) sums[c]! += prefix[to + c]! - prefix[from + c]!;
  }
}

/** Writes into `times` how often each row occurs in the draw. */
function countRows(draw: Draw, times: Int32Array): void {
  const { starts, blockRows, lastBlockRows } = draw;
  times.fill(0);
  for (let block = 0; block < starts.length; block++) {
    const from = starts[block]!;
    times[from]! += 1;
    times[from + (block === starts.length - 1 ? lastBlockRows : blockRows)]! -= 1;
  }
  for (let row = 1; row < times.length; row++) times[row]! += times[row - 1]!;
}
