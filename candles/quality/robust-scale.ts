const WINDOW_ROWS = 512;
const BLOCK_ROWS = 128;
/** Fewer moves than this say nothing of what is usual. */
const FEWEST_MOVES = 32;
/** Median absolute deviation to standard deviation, for normal values. */
const TO_DEVIATION = 1.4826;

/**
 * What a usual return is, around each row: the median of |r| over the 512 returns before the row's block of 128, as a
 * standard deviation; the first rows are judged by the first window. Returns of 0 do not count: on a quiet market they
 * would be the median. Outliers do not move it. NaN where fewer than 32 returns are known. O(n).
 */
export function robustScale(returns: Float64Array): (row: number) => number {
  const scales = new Float64Array(Math.ceil(returns.length / BLOCK_ROWS));
  const scratch = new Float64Array(WINDOW_ROWS);
  for (let block = 0; block < scales.length; block++) {
    const end = Math.min(returns.length, Math.max(block * BLOCK_ROWS, WINDOW_ROWS));
    let moves = 0;
    for (let row = Math.max(0, end - WINDOW_ROWS); row < end; row++)
      if (returns[row] !== 0) scratch[moves++] = Math.abs(returns[row]);
    scales[block] = moves < FEWEST_MOVES ? Number.NaN : median(scratch, moves) * TO_DEVIATION;
  }
  return row => scales[Math.floor(row / BLOCK_ROWS)];
}

/** The element of rank ⌊n/2⌋ by Hoare's selection; reorders the values. */
function median(values: Float64Array, count: number): number {
  const rank = count >> 1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const swap = values[i];
      values[i++] = values[j];
      values[j--] = swap;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}
