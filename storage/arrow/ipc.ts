import { follow, positionOf, type Table, tableAt, vectorAt } from './flatbuffer.ts';

/*
 * The outer parts of Arrow's IPC file format (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format), for
 * readers that are bounded by a file's size whatever it says: the library's own loops for ever on some damaged files.
 */

export const ARROW_MAGIC = 'ARROW1';
/** Length of the footer, then the magic again. */
export const TRAILER_BYTES = 4 + ARROW_MAGIC.length;
/** The marker and the length before a message. */
export const MESSAGE_PREFIX_BYTES = 8;
export const RECORD_BATCH = 3;
/** Numbers of the members of the format's union of types. */
export const TYPE = { integer: 2, float: 3, text: 5, date: 8, timestamp: 10, largeText: 20 } as const;

const MOST_PARTS = 20_000;

/** Where a record batch stands in the file: its message of `metadataBytes` (prefix included), then its buffers. */
export interface BatchBlock {
  readonly start: number;
  readonly metadataBytes: number;
  readonly bodyBytes: number;
}

/** @throws Error where the footer makes no sense, RangeError where it points outside itself */
export function batchBlocks(footer: Table): BatchBlock[] {
  const blocks = parts(footer, 3);
  return Array.from({ length: blocks.length }, (_, index) => {
    const at = blocks.start + 24 * index;
    return {
      start: size(footer.file, at),
      metadataBytes: footer.file.getInt32(at + 8, true),
      bodyBytes: size(footer.file, at + 16),
    };
  });
}

/** The record batch of a message (the bytes after its prefix). */
export function recordBatch(message: Table): Table {
  check(message.file.getUint8(positionOf(message, 1)) === RECORD_BATCH, 'it has no record batch');
  return tableAt(message, 2);
}

/** The fields of a schema. */
export function fieldsOf(schema: Table): Table[] {
  const fields = parts(schema, 1);
  return Array.from({ length: fields.length }, (_, index) => follow(schema.file, fields.start + 4 * index));
}

/** Where a vector's first element stands, and how many there are; their number is bounded. */
export function parts(table: Table, field: number): { readonly start: number; readonly length: number } {
  const vector = vectorAt(table, field);
  check(vector.length <= MOST_PARTS, `it declares ${vector.length} parts`);
  return vector;
}

/** A length, count or offset of eight bytes. */
export function size(file: DataView, at: number): number {
  const value = file.getBigInt64(at, true);
  check(value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER), `it declares a length of ${value}`);
  return Number(value);
}

export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
