/** A table of a flatbuffer (https://flatbuffers.dev/internals); its fields are found through its vtable. */
export interface Table {
  readonly file: DataView;
  readonly at: number;
}

const LONGEST_TEXT = 1_000;

/*
 * Each read is of the file's own bytes: a position outside them is a RangeError, by DataView's own check. A field is given
 * by its number in the format's schema.
 */

/** The table that the offset at this position points to. */
export function follow(file: DataView, at: number): Table {
  return { file, at: at + file.getUint32(at, true) };
}

export function has(table: Table, field: number): boolean {
  return offsetOf(table, field) !== 0;
}

/** Position of a field's value in the file. */
export function positionOf(table: Table, field: number): number {
  const offset = offsetOf(table, field);
  if (offset === 0) throw new Error('a part of its description is missing');
  return table.at + offset;
}

export function tableAt(table: Table, field: number): Table {
  return follow(table.file, positionOf(table, field));
}

/** Where a vector's first element stands, and how many there are said to be. */
export function vectorAt(table: Table, field: number): { readonly start: number; readonly length: number } {
  const { at } = tableAt(table, field);
  return { start: at + 4, length: table.file.getUint32(at, true) };
}

export function textAt(table: Table, field: number): string {
  const { start, length } = vectorAt(table, field);
  if (length > LONGEST_TEXT) throw new Error(`a name of ${length} bytes`);
  return new TextDecoder().decode(bytesAt(table.file, start, length));
}

export function bytesAt(
  { buffer, byteOffset, byteLength }: DataView,
  start: number,
  length: number,
): Uint8Array {
  if (start < 0 || length < 0 || start + length > byteLength) throw new RangeError('outside the file');
  return new Uint8Array(buffer, byteOffset + start, length);
}

/** Offset of a field from its table; 0 where the file leaves it out. */
function offsetOf({ file, at }: Table, field: number): number {
  const vtable = at - file.getInt32(at, true);
  const entry = 4 + 2 * field;
  return entry < file.getUint16(vtable, true) ? file.getUint16(vtable + entry, true) : 0;
}
