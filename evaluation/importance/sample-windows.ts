import { copyWindows, type WindowTable } from '../../features/window.ts';

/** Evenly spaced numbers of at most `most` out of `rows` rows, ascending. */
export function evenlySpaced(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, at) => Math.floor((at * rows) / count));
}

/** The chosen windows one after the other in a table of their own: none shares a row with another, so each may be changed. */
export function sampleWindows(windows: WindowTable, chosen: Int32Array): WindowTable {
  const { steps, features } = windows;
  const width = steps * features;
  const values = new Float32Array(new SharedArrayBuffer(4 * chosen.length * width));
  for (const [at, row] of chosen.entries()) copyWindows(windows, row, row + 1, values.subarray(at * width));
  return { values, ends: chosen.map((_, at) => (at + 1) * steps - 1), steps, features };
}
