import { closeSync, openSync, readSync } from 'node:fs';

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

/** Most bytes that one read may ask for. */
const MAX_READ_BYTES = 2 ** 30;

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
