import type { Contributions } from './contributions.ts';

/** A score that hardly moves at all, while contributions cancel out, is measured by these. */
const LEAST_SHARE = 0.1;

/**
 * How far contributions are from adding up, per row: |answer − base − sum| of the output where it is largest, as a share of
 * |answer − base|, or of a tenth of the absolute contributions where that is more.
 */
export function gapsOf({
  features,
  base,
  answer,
  rows,
}: Pick<Contributions, 'features' | 'base' | 'answer'> & { readonly rows: number }): Float64Array {
  const outputs = base.length / rows;
  const width = features.length / base.length;
  return Float64Array.from({ length: rows }, (_, row) => {
    let largest = 0;
    for (let at = row * outputs; at < (row + 1) * outputs; at += 1) {
      const own = features.subarray(at * width, (at + 1) * width);
      const moved = answer[at] - base[at];
      const sum = own.reduce((total, value) => total + value, 0);
      const absolute = own.reduce((total, value) => total + Math.abs(value), 0);
      const scale = Math.max(Math.abs(moved), LEAST_SHARE * absolute);
      if (scale > 0) largest = Math.max(largest, Math.abs(moved - sum) / scale);
    }
    return largest;
  });
}
