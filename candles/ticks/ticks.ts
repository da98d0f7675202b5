/** Trades as columns of equal length, in the order of their file. */
export interface Trades {
  /** The venue's event time, epoch ms; fractions are kept. */
  readonly time: Float64Array;
  readonly price: Float64Array;
  /** In base units. */
  readonly quantity: Float64Array;
  /** The venue's ids, where the file has them. */
  readonly id: Float64Array | null;
}

/** Depth of a book's top 20 levels at moments, in the order of their file; base units. */
export interface BookDepths {
  /** Epoch ms. */
  readonly time: Float64Array;
  readonly bidDepth: Float64Array;
  readonly askDepth: Float64Array;
}

export const BOOK_LEVELS = 20;

/** Positions in order of time, equal times in the file's order; null where they stand so already. O(n log n) at worst. */
export function timeOrder(time: Float64Array): Uint32Array | null {
  let isSorted = true;
  for (let row = 1; row < time.length && isSorted; row++) isSorted = time[row] >= time[row - 1];
  if (isSorted) return null;
  return Uint32Array.from(time.keys()).sort((a, b) => time[a] - time[b] || a - b);
}

export function joinColumns(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((rows, part) => rows + part.length, 0));
  let row = 0;
  for (const part of parts) {
    joined.set(part, row);
    row += part.length;
  }
  return joined;
}
