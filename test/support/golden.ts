import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A reference file of `test/golden/`, parsed. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../golden', name), 'utf8')) as T;
}

/** How arrays are kept in the reference files: little-endian, row-major. */
export interface PackedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly base64: string;
}

export function unpackFloat64(packed: PackedArray): Float64Array {
  return new Float64Array(bytesOf(packed));
}

export function unpackFloat32(packed: PackedArray): Float32Array {
  return new Float32Array(bytesOf(packed));
}

export function unpackInt32(packed: PackedArray): Int32Array {
  return new Int32Array(bytesOf(packed));
}

function bytesOf(packed: PackedArray): ArrayBuffer {
  return new Uint8Array(Buffer.from(packed.base64, 'base64')).buffer;
}
