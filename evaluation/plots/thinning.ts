/**
 * Rows of a long line that look the same when drawn: of each pixel column the first, the lowest, the highest and the last
 * (M4, Jugel et al. 2014), so no extreme is lost. Values that are not finite are passed over. O(n).
 * @param values equally spaced, in the order of drawing
 * @param columns pixels across
 * @returns ascending positions, at most 4 per column; all finite ones where there are no more
 */
export function thinnedRows(values: ArrayLike<number>, columns: number): Int32Array {
  const { length } = values;
  const kept: number[] = [];
  const isShort = length <= 4 * columns;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * length) / columns);
    const to = Math.floor(((column + 1) * length) / columns);
    if (isShort) keepAll(values, from, to, kept);
    else keepExtremes(values, from, to, kept);
  }
  return Int32Array.from(kept);
}

function keepAll(values: ArrayLike<number>, from: number, to: number, kept: number[]): void {
  for (let row = from; row < to; row++) if (Number.isFinite(values[row]!)) kept.push(row);
}

function keepExtremes(values: ArrayLike<number>, from: number, to: number, kept: number[]): void {
  let first = -1;
  let last = -1;
  let lowest = -1;
  let highest = -1;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (!Number.isFinite(value)) continue;
    if (first < 0) first = lowest = highest = row;
    last = row;
    if (value < values[lowest]!) lowest = row;
    if (value > values[highest]!) highest = row;
  }
  if (first < 0) return;
  const inner = lowest < highest ? [lowest, highest] : [highest, lowest];
  for (const row of [first, ...inner, last]) if (kept.at(-1) !== row) kept.push(row);
}
