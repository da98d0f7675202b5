import type { ColumnFile, ColumnValues } from './column-file.ts';
import { bytesAt, follow, has, positionOf, type Table, tableAt, textAt } from './flatbuffer.ts';
import {
  ARROW_MAGIC,
  batchBlocks,
  check,
  fieldsOf,
  MESSAGE_PREFIX_BYTES,
  parts,
  recordBatch,
  size,
  TRAILER_BYTES,
  TYPE,
} from './ipc.ts';

/*
 * Reads the part of Arrow's IPC file format that `writeColumns` writes: one record batch of plain numbers. Time and
 * memory are bounded by the file's size.
 */

interface NumberType {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): ColumnValues;
}

const INTEGERS: Readonly<Record<number, NumberType>> = { 8: Int8Array, 32: Int32Array, 64: BigInt64Array };
const FLOATS: Readonly<Record<number, NumberType>> = { 1: Float32Array, 2: Float64Array };

/** A file as bytes at positions; a read outside it is a RangeError. */
export interface ByteSource {
  readonly bytes: number;
  read(position: number, into: Uint8Array): Promise<void>;
}

/**
 * The columns of a file, each read into its own memory.
 * @throws Error saying what is wrong; RangeError where the file points outside itself
 */
export async function parseColumns(file: ByteSource): Promise<ColumnFile> {
  const footer = await readFooter(file);
  const schema = tableAt(footer, 1);
  const fields = fieldsOf(schema);
  const { batch, bodyStart } = await readBatch(file, footer);
  const nodes = parts(batch, 1);
  const buffers = parts(batch, 2);
  check(
    nodes.length === fields.length && buffers.length === 2 * fields.length,
    'columns and buffers do not match',
  );

  const rows = has(batch, 0) ? size(batch.file, positionOf(batch, 0)) : 0;
  const columns = new Map<string, ColumnValues>();
  let free = bodyStart;
  for (const [i, field] of fields.entries()) {
    const name = textAt(field, 0);
    const node = nodes.start + 16 * i;
    check(!columns.has(name), `two columns are called "${name}"`);
    check(
      size(batch.file, node) === rows && size(batch.file, node + 8) === 0,
      `column "${name}" is not whole`,
    );
    const type = numberType(field);
    if (!type) throw new Error(`"${name}" is not a column of plain numbers`);
    // Each column has a validity buffer, empty here, and its values.
    const start = bodyStart + size(batch.file, buffers.start + 16 * (2 * i + 1));
    check(start >= free, 'columns overlap');
    free = start + rows * type.BYTES_PER_ELEMENT;
    requireInside(file, start, free - start);
    const values = new type(rows);
    await file.read(start, new Uint8Array(values.buffer));
    columns.set(name, values);
  }
  return { columns, metadata: keyValues(schema) };
}

async function readFooter(file: ByteSource): Promise<Table> {
  const end = file.bytes - TRAILER_BYTES;
  const head = await readPart(file, 0, ARROW_MAGIC.length);
  const trailer = await readPart(file, end, TRAILER_BYTES);
  const isMagic = (part: DataView, at: number) =>
    new TextDecoder().decode(bytesAt(part, at, ARROW_MAGIC.length)) === ARROW_MAGIC;
  check(isMagic(head, 0) && isMagic(trailer, 4), 'it is not an Arrow file');
  const length = trailer.getInt32(0, true);
  return follow(await readPart(file, end - length, length), 0);
}

async function readBatch(file: ByteSource, footer: Table): Promise<{ batch: Table; bodyStart: number }> {
  const blocks = batchBlocks(footer);
  check(blocks.length === 1, 'it is not one record batch');
  const [{ start, metadataBytes }] = blocks;
  const batch = recordBatch(follow(await readPart(file, start, metadataBytes), MESSAGE_PREFIX_BYTES));
  check(!has(batch, 3), 'it is compressed');
  return { batch, bodyStart: start + metadataBytes };
}

async function readPart(file: ByteSource, position: number, length: number): Promise<DataView> {
  requireInside(file, position, length);
  const part = new Uint8Array(length);
  await file.read(position, part);
  return new DataView(part.buffer);
}

function requireInside(file: ByteSource, position: number, length: number): void {
  if (position < 0 || length < 0 || position + length > file.bytes) throw new RangeError('outside the file');
}

function numberType(field: Table): NumberType | undefined {
  const { file } = field;
  const isDictionary = has(field, 4);
  if (isDictionary || !has(field, 2)) return undefined;
  const details = tableAt(field, 3);
  switch (file.getUint8(positionOf(field, 2))) {
    case TYPE.integer:
      return isSigned(details) ? INTEGERS[file.getInt32(positionOf(details, 0), true)] : undefined;
    case TYPE.float:
      return FLOATS[file.getInt16(positionOf(details, 0), true)];
    default:
      return undefined;
  }
}

function isSigned(integer: Table): boolean {
  return has(integer, 1) && integer.file.getUint8(positionOf(integer, 1)) === 1;
}

function keyValues(schema: Table): Map<string, string> {
  const pairs = parts(schema, 2);
  const entries = new Map<string, string>();
  for (let i = 0; i < pairs.length; i++) {
    const pair = follow(schema.file, pairs.start + 4 * i);
    entries.set(textAt(pair, 0), textAt(pair, 1));
  }
  return entries;
}
