import type { Contributions } from './contributions.ts';

/** A score that hardly moves at all, or whose contributions cancel out, is measured by what moves its row. */
const LEAST_SHARE = 0.1;

/**
 * How far contributions are from adding up, per row: |answer − base − sum| of the output where it is largest, as a share of
 * |answer − base|, or of a tenth of the row's largest absolute contributions to an output where that is more.
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
    const places = Array.from({ length: outputs }, (_, output) => row * outputs + output);
    const own = (at: number) => features.subarray(at * width, (at + 1) * width);
    const least = LEAST_SHARE * Math.max(...places.map(at => sumOf(own(at), Math.abs)));
    return Math.max(
      ...places.map(at => {
        const moved = answer[at] - base[at];
        const scale = Math.max(Math.abs(moved), least);
        return scale > 0 ? Math.abs(moved - sumOf(own(at), Number)) / scale : 0;
      }),
    );
  });
}

function sumOf(values: Float64Array, of: (value: number) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}
