import type { Dataset } from '../../contracts/dataset.ts';
import { writeRowMajor } from '../../datasets/block-rows.ts';

/** Every row of a dataset, row-major `[rows, features]`. */
export function rowMajor({ columns, bar }: Pick<Dataset, 'columns' | 'bar'>): Float32Array {
  const x = new Float32Array(columns.length * bar.length);
  writeRowMajor(columns, Int32Array.from(bar.keys()), x);
  return x;
}
