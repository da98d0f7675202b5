import type { FileHandle } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { check } from '../../../storage/arrow/ipc.ts';
import { decodeLz4Frame } from './lz4.ts';

/** How the buffers of a record batch are packed. */
export type Compression = 'none' | 'lz4' | 'zstd';

/** Writers round a buffer's length up, to 64 at most. */
const PADDING = 64;
const LENGTH_BYTES = 8;
/** A packed buffer that was not worth packing says so by this length. */
const STORED = -1n;

/** How many bytes of a buffer are worth reading: packing never lengthens it by more. */
export function mostPacked(compression: Compression, needed: number): number {
  return compression === 'none' ? needed : needed + needed / 64 + 4_096;
}

/** Bytes of a file, all of them or an error. */
export async function readExactly(
  handle: FileHandle,
  start: number,
  length: number,
  fileBytes: number,
): Promise<Uint8Array> {
  check(start >= 0 && length >= 0 && start + length <= fileBytes, 'it points outside the file');
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, start);
  check(bytesRead === length, 'it is not whole');
  return bytes;
}

/**
 * The `needed` bytes of a buffer, unpacked; never more memory than that and the packed bytes.
 * @throws Error where they are not what is declared
 */
export function unpack(packed: Uint8Array, compression: Compression, needed: number): Uint8Array {
  const bytes = compression === 'none' ? packed : unpackLengthFirst(packed, compression, needed);
  check(bytes.length >= needed, `a column of ${bytes.length} bytes where its rows take ${needed}`);
  // Typed arrays begin at whole multiples of their elements.
  return bytes.byteOffset % 8 === 0 ? bytes.subarray(0, needed) : new Uint8Array(bytes.subarray(0, needed));
}

function unpackLengthFirst(packed: Uint8Array, compression: 'lz4' | 'zstd', needed: number): Uint8Array {
  if (needed === 0) return packed.subarray(0, 0);
  const declared = new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getBigInt64(0, true);
  const body = packed.subarray(LENGTH_BYTES);
  if (declared === STORED) return body;
  check(
    declared >= BigInt(needed) && declared <= BigInt(needed + PADDING),
    `a column that unpacks to ${declared} bytes where its rows take ${needed}`,
  );
  const mostBytes = Number(declared);
  const bytes =
    compression === 'lz4'
      ? decodeLz4Frame(body, mostBytes)
      : zstdDecompressSync(body, { maxOutputLength: mostBytes });
  check(bytes.length === mostBytes, `a column that unpacks to ${bytes.length} bytes, not ${mostBytes}`);
  return bytes;
}
