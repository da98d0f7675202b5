import { open } from 'node:fs/promises';
import { writeRowMajor } from '../../datasets/block-rows.ts';
import { explainDiskErrors } from '../../storage/files.ts';
import { trainingCancelled } from '../workers/worker-thread.ts';
import type { Table, TableFile } from './table-file.ts';

/** Rows that are gathered and written at once. */
const TILE_ROWS = 8_192;
/**
 * Writes the given rows of the columns; at most a tile of them is held. The file need not outlast a crash.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED, DISK_FAILED, TRAINING_CANCELLED
 */
export async function writeTable(
  path: string,
  columns: readonly Float32Array[],
  rows: Int32Array,
  { target, weight }: Pick<Table, 'target' | 'weight'>,
  signal: AbortSignal,
): Promise<TableFile> {
  return await explainDiskErrors(path, async () => {
    const file = await open(path, 'w');
    try {
      const tile = new Float32Array(TILE_ROWS * columns.length);
      for (let from = 0; from < rows.length; from += TILE_ROWS) {
        if (signal.aborted) throw trainingCancelled();
        const part = rows.subarray(from, from + TILE_ROWS);
        writeRowMajor(columns, part, tile);
        await file.writeFile(tile.subarray(0, part.length * columns.length));
      }
      await file.writeFile(target);
      await file.writeFile(weight);
      return { path, rows: rows.length, features: columns.length };
    } finally {
      await file.close();
    }
  });
}
