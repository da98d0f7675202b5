import { type FileHandle, open } from 'node:fs/promises';
import type { Candles } from '../../../contracts/candles.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { follow, has, positionOf, type Table, tableAt, textAt } from '../../../storage/arrow/flatbuffer.ts';
import {
  type BatchBlock,
  batchBlocks,
  check,
  fieldsOf,
  MESSAGE_PREFIX_BYTES,
  parts,
  recordBatch,
  size,
} from '../../../storage/arrow/ipc.ts';
import { concatCandles } from '../../candle-builder.ts';
import { wrongCell } from '../cells.ts';
import { findColumns } from '../columns.ts';
import { MAX_BARS_PER_FILE, tooManyBars } from '../limits.ts';
import { unreadableFile } from '../unreadable.ts';
import { type Compression, mostPacked, readExactly, unpack } from './buffers.ts';
import { type ColumnType, columnType, numbersOf } from './column-type.ts';
import { readFooter } from './footer.ts';

const CODECS: readonly Compression[] = ['lz4', 'zstd'];
const MAX_MESSAGE_BYTES = 1 << 20;
const CONTINUATION = 0xffffffff;

/** A column of a bar: what it is called in the file, how it is stored, and at which place among the columns. */
interface BarColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly position: number;
}

/**
 * Reads an Arrow IPC file (Feather version 2): plain, LZ4 or ZSTD; the time as a timestamp (of any unit and zone), a date
 * or a whole number (epoch ms), all else as floats or integers. Text and dictionaries are refused. Memory holds the bars
 * and one record batch, whatever the file declares.
 * @throws AlphaloomError CANDLES_UNREADABLE, CANDLES_INVALID
 */
export async function readArrowFile(path: string): Promise<Candles> {
  const handle = await open(path, 'r');
  try {
    return await readBars(handle, path, (await handle.stat()).size);
  } catch (error) {
    if (error instanceof AlphaloomError) throw error;
    const reason = error instanceof RangeError ? 'it points outside itself' : (error as Error).message;
    throw unreadableFile(path, reason, error);
  } finally {
    await handle.close();
  }
}

async function readBars(handle: FileHandle, path: string, fileBytes: number): Promise<Candles> {
  const footer = await readFooter(handle, fileBytes);
  const columns = barColumns(path, tableAt(footer, 1));
  const batches: Candles[] = [];
  let bars = 0;
  for (const block of batchBlocks(footer)) {
    const batch = await readBatch(handle, fileBytes, block);
    bars += batch.rows;
    if (bars > MAX_BARS_PER_FILE) throw tooManyBars(path);
    batches.push(await readBatchBars(handle, path, fileBytes, block, batch, columns, bars - batch.rows));
  }
  return concatCandles(batches);
}

/** The six columns in the order of a bar's. */
function barColumns(path: string, schema: Table): BarColumn[] {
  const isBigEndian = has(schema, 0) && schema.file.getInt16(positionOf(schema, 0), true) !== 0;
  check(!isBigEndian, 'its numbers are big-endian');
  const fields = fieldsOf(schema);
  const names = fields.map(field => textAt(field, 0));
  return findColumns(path, names).map((position, role) => {
    const type = columnType(fields[position]);
    const name = names[position];
    if (typeof type !== 'string' && (role === 0 || !isTime(type))) return { name, type, position };
    const found = typeof type === 'string' ? type : type.name;
    const expected = role === 0 ? 'timestamps, dates or whole numbers (epoch ms)' : 'floats or integers';
    throw new AlphaloomError(
      'CANDLES_INVALID',
      `${path}: the column ${name} has the type ${found}; expected ${expected}.`,
      { path, rule: 'column-type', column: name, type: found },
    );
  });
}

function isTime(type: ColumnType): boolean {
  return type.ms !== undefined || type.perMs !== undefined;
}

interface Batch {
  readonly table: Table;
  readonly rows: number;
  readonly compression: Compression;
}

async function readBatch(handle: FileHandle, fileBytes: number, block: BatchBlock): Promise<Batch> {
  const { start, metadataBytes } = block;
  check(
    metadataBytes > MESSAGE_PREFIX_BYTES && metadataBytes <= MAX_MESSAGE_BYTES,
    `it declares a message of ${metadataBytes} bytes`,
  );
  const bytes = await readExactly(handle, start, metadataBytes, fileBytes);
  const view = new DataView(bytes.buffer);
  check(view.getUint32(0, true) === CONTINUATION, 'it was written by a version of Arrow before 0.15');
  const table = recordBatch(follow(view, MESSAGE_PREFIX_BYTES));
  const rows = has(table, 0) ? size(view, positionOf(table, 0)) : 0;
  return { table, rows, compression: compressionOf(table) };
}

function compressionOf(batch: Table): Compression {
  if (!has(batch, 3)) return 'none';
  const details = tableAt(batch, 3);
  const codec = has(details, 0) ? batch.file.getInt8(positionOf(details, 0)) : 0;
  const method = has(details, 1) ? batch.file.getInt8(positionOf(details, 1)) : 0;
  check(method === 0 && codec in CODECS, `it is compressed in an unknown way (${codec}, ${method})`);
  return CODECS[codec];
}

async function readBatchBars(
  handle: FileHandle,
  path: string,
  fileBytes: number,
  { start, metadataBytes, bodyBytes }: BatchBlock,
  { table, rows, compression }: Batch,
  columns: readonly BarColumn[],
  rowsBefore: number,
): Promise<Candles> {
  const { file } = table;
  const nodes = parts(table, 1);
  const buffers = parts(table, 2);
  check(
    nodes.length === columns.length && buffers.length === 2 * columns.length,
    'columns and buffers do not match',
  );
  const bytesOf = async (buffer: number, needed: number): Promise<Uint8Array> => {
    const offset = size(file, buffers.start + 16 * buffer);
    const length = size(file, buffers.start + 16 * buffer + 8);
    check(offset + length <= bodyBytes, 'a column lies outside its record batch');
    const read = Math.min(length, Math.floor(mostPacked(compression, needed)));
    const packed = await readExactly(handle, start + metadataBytes + offset, read, fileBytes);
    return unpack(packed, compression, needed);
  };
  const numbers: Float64Array[] = [];
  for (const { name, type, position } of columns) {
    const node = nodes.start + 16 * position;
    check(size(file, node) === rows, `the column ${name} has another number of rows`);
    const hasValidity = size(file, buffers.start + 32 * position + 8) > 0;
    const nulls = size(file, node + 8);
    check(nulls === 0 || hasValidity, `the column ${name} does not say which of its cells are empty`);
    if (hasValidity && rows > 0) {
      const empty = firstEmpty(await bytesOf(2 * position, Math.ceil(rows / 8)), rows);
      if (empty >= 0) throw wrongCell({ path, row: rowsBefore + empty + 1, column: name }, null, 'a value');
    }
    const values = await bytesOf(2 * position + 1, rows * type.Values.BYTES_PER_ELEMENT);
    numbers.push(numbersOf(type, values, rows));
  }
  const [openTime, open, high, low, close, volume] = numbers;
  return { openTime, open, high, low, close, volume };
}

/** The first row whose bit is not set; −1 if there is none. */
function firstEmpty(validity: Uint8Array, rows: number): number {
  for (let row = 0; row < rows; row++) if (((validity[row >> 3] >> (row & 7)) & 1) === 0) return row;
  return -1;
}
