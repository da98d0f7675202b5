import { readFile, writeFile } from 'node:fs/promises';
import {
  type Data,
  Field,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
} from 'apache-arrow';
import { AlphaloomError } from '../../contracts/errors.ts';
import { explainDiskErrors } from '../files.ts';
import { parseColumns } from './column-reader.ts';

export type ColumnValues = Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array;

/** Columns of equal length in their order, without missing-value bitmaps (NaN is NaN). */
export interface ColumnFile {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Writes an Arrow IPC file of one record batch to exactly this path; the same columns give the same bytes.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeColumns(path: string, { columns, metadata }: ColumnFile): Promise<void> {
  const vectors = [...columns].map(([name, values]) => ({ name, data: makeVector(values).data[0] as Data }));
  const fields = vectors.map(({ name, data }) => new Field(name, data.type, false));
  const schema = new Schema(fields, new Map(metadata));
  const batch = makeData({
    type: new Struct(fields),
    length: vectors[0].data.length,
    nullCount: 0,
    children: vectors.map(({ data }) => data),
  });
  const bytes = tableToIPC(new Table(schema, [new RecordBatch(schema, batch)]), 'file');
  await explainDiskErrors(path, () => writeFile(path, bytes));
}

/**
 * Reads such a file; every column is whole and of a type that `writeColumns` writes.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, PERMISSION_DENIED
 */
export async function readColumns(path: string): Promise<ColumnFile> {
  const bytes = await readBytes(path);
  try {
    return parseColumns(bytes);
  } catch (error) {
    throw damaged(path, error instanceof RangeError ? 'it is not whole' : (error as Error).message, error);
  }
}

/** What a reader says of a file that is not what it should be. */
export function damaged(path: string, what: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError(
    'ARTIFACT_CORRUPT',
    `${path} is damaged: ${what}. Restore a backup, or train again.`,
    { path },
    { cause },
  );
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await explainDiskErrors(path, () => readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AlphaloomError(
      'ARTIFACT_NOT_FOUND',
      `${path} is not there. Run the training again.`,
      { path },
      { cause: error },
    );
  }
}
