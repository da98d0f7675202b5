import { type FileHandle, open } from 'node:fs/promises';
import {
  type Data,
  Field,
  makeData,
  makeVector,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import { AlphaloomError } from '../../contracts/errors.ts';
import { explainDiskErrors } from '../disk-errors.ts';
import { parseColumns } from './column-reader.ts';

export type ColumnValues = Float32Array | Float64Array | Int8Array | Int32Array | BigInt64Array;

/** Columns of equal length in their order, without missing-value bitmaps (NaN is NaN). */
export interface ColumnFile {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes that one call of the system reads at most. */
const READ_BYTES = 64 * 1024 * 1024;

/**
 * Writes an Arrow IPC file of one record batch to exactly this path, column by column and without a copy of them; the same
 * columns give the same bytes.
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
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, schema);
  writer.write(new RecordBatch(schema, batch));
  writer.finish();
  await explainDiskErrors(path, async () => {
    const file = await open(path, 'w');
    try {
      for await (const chunk of writer) await file.appendFile(chunk);
    } finally {
      await file.close();
    }
  });
}

/**
 * Reads such a file; every column is whole and of a type that `writeColumns` writes.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, PERMISSION_DENIED
 */
export async function readColumns(path: string): Promise<ColumnFile> {
  return await explainDiskErrors(path, async () => {
    const file = await openToRead(path);
    try {
      const { size } = await file.stat();
      return await parseColumns({ bytes: size, read: (at, into) => readFully(file, at, into) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall) throw error;
      throw damaged(path, error instanceof RangeError ? 'it is not whole' : (error as Error).message, error);
    } finally {
      await file.close();
    }
  });
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

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
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

async function readFully(file: FileHandle, position: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const length = Math.min(READ_BYTES, into.length - done);
    const { bytesRead } = await file.read(into, done, length, position + done);
    if (bytesRead === 0) throw new RangeError('outside the file');
    done += bytesRead;
  }
}
