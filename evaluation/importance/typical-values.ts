import type { Dataset } from '../../contracts/dataset.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';

/** Mean of each feature over the training rows where it is known; null where it never is. */
export function typicalValues(dataset: Pick<Dataset, 'columns' | 'block'>): (number | null)[] {
  const rows = rowsOfBlock(dataset, 'train');
  return dataset.columns.map(column => {
    let sum = 0;
    let known = 0;
    for (const row of rows) {
      const value = column[row]!;
      if (!Number.isFinite(value)) continue;
      sum += value;
      known++;
    }
    return known > 0 ? sum / known : null;
  });
}
