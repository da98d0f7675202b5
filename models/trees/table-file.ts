import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { writeRowMajor } from '../../datasets/block-rows.ts';
import { explainDiskErrors } from '../../storage/files.ts';
import { trainingCancelled } from '../estimators/worker-thread.ts';

/** A table for another process: a file of float32, first the rows of features, then the targets, then the weights. */
export interface TableFile {
  readonly path: string;
  readonly rows: number;
  readonly features: number;
}

export interface Table {
  /** Row-major `[rows, features]`, NaN where missing. */
  readonly x: Float32Array;
  /** Class or number per row. */
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

/** Rows that are gathered and written at once. */
const TILE_ROWS = 8_192;
/** Most bytes that one read may ask for. */
const MAX_READ_BYTES = 2 ** 30;

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

export function readTable({ path, rows, features }: TableFile): Table {
  const values = new Float32Array(rows * (features + 2));
  const bytes = new Uint8Array(values.buffer);
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, Math.min(MAX_READ_BYTES, bytes.length - at), at);
      if (read === 0) throw new RangeError(`${path} ends after ${at} of ${bytes.length} bytes`);
      at += read;
    }
  } finally {
    closeSync(file);
  }
  const size = rows * features;
  return {
    x: values.subarray(0, size),
    target: values.subarray(size, size + rows),
    weight: values.subarray(size + rows),
  };
}
