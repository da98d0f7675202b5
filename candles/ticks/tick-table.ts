import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AlphaloomError } from '../../contracts/errors.ts';
import { explainDiskError } from '../../storage/files.ts';
import { duckDbReason, withDuckDb, withOpenFile } from '../duckdb.ts';
import { ticksInvalid } from './faults.ts';

/** A busy market's day; beyond it a file has to be split. */
const MAX_ROWS = 10_000_000;
const MAX_COLUMNS = 1_000;
const NUMBER = /^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE)$/;

/** How a file of each format is read: its rows as a table, and how many rows it says it has. */
interface Format {
  readonly source: string;
  declaredRows(connection: DuckDBConnection, path: string): Promise<number>;
}

const PARQUET: Format = {
  source: 'read_parquet($path, hive_partitioning = false)',
  async declaredRows(connection, path) {
    const metadata = await connection.runAndReadAll(
      'select num_rows::double from parquet_file_metadata($path)',
      { path },
    );
    return metadata.value(0, 0) as number;
  },
};
const CSV: Format = {
  source: `read_csv($path, all_varchar = true, header = true, quote = '"', escape = '"', strict_mode = true,
    max_line_size = 65536, hive_partitioning = false)`,
  declaredRows: async () => 0,
};

/** Columns of numbers by what the caller calls them; NaN where a cell is empty or no number. */
export type TickColumns = ReadonlyMap<string, Float64Array>;

/**
 * Reads columns of a Parquet or CSV file of ticks.
 * @param choose says, from the file's column names, which are wanted and under which name
 * @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED, TICKS_INVALID
 */
export async function readTickColumns(
  path: string,
  choose: (names: readonly string[]) => ReadonlyMap<string, string>,
): Promise<TickColumns> {
  const format = await formatOf(path);
  try {
    return await withOpenFile(path, 'r', descriptor =>
      withDuckDb(connection => readColumns(connection, path, descriptor, format, choose)),
    );
  } catch (error) {
    if (error instanceof AlphaloomError) throw error;
    const reason = duckDbReason(error).replace(/\/dev\/fd\/\d+/g, path);
    throw ticksInvalid(path, null, 'readable', `the file can’t be read: ${reason}`);
  }
}

async function readColumns(
  connection: DuckDBConnection,
  path: string,
  descriptor: string,
  { source, declaredRows }: Format,
  choose: (names: readonly string[]) => ReadonlyMap<string, string>,
): Promise<TickColumns> {
  if ((await declaredRows(connection, descriptor)) > MAX_ROWS) throw tooManyRows(path);
  const described = await connection.runAndReadAll(`describe select * from ${source}`, { path: descriptor });
  const [names, types] = described.getColumns() as [string[], string[]];
  if (names.length > MAX_COLUMNS)
    throw ticksInvalid(
      path,
      null,
      'columns',
      `it has ${names.length} columns; at most ${MAX_COLUMNS} are read`,
    );
  const wanted = [...choose(names)];
  const expressions = wanted.map(([, name]) => expressionOf(path, name, types[names.indexOf(name)]));
  const rows = await connection.run(`select ${expressions.join(', ')} from ${source} limit ${MAX_ROWS + 1}`, {
    path: descriptor,
  });
  const columns = wanted.map(() => new Float64Array(4_096));
  let count = 0;
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    if (count + chunk.rowCount > MAX_ROWS) throw tooManyRows(path);
    for (let index = 0; index < columns.length; index++) {
      columns[index] = withRoomFor(columns[index], count + chunk.rowCount);
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < chunk.rowCount; row++)
        columns[index][count + row] = (vector.getItem(row) as number | null) ?? Number.NaN;
    }
    count += chunk.rowCount;
  }
  if (count === 0) throw ticksInvalid(path, null, 'not-empty', 'it holds no rows');
  return new Map(wanted.map(([role], index) => [role, columns[index].slice(0, count)]));
}

function expressionOf(path: string, name: string, type: string): string {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (type === 'VARCHAR') return `try_cast(${quoted} as double)`;
  // By way of its digits a decimal becomes the nearest double.
  if (/^DECIMAL\(\d+,\d+\)$/.test(type)) return `${quoted}::varchar::double`;
  if (NUMBER.test(type)) return `${quoted}::double`;
  throw ticksInvalid(path, null, 'column-type', `the column ${name} has the type ${type}; expected numbers`);
}

function withRoomFor(column: Float64Array<ArrayBuffer>, rows: number): Float64Array<ArrayBuffer> {
  if (rows <= column.length) return column;
  const larger = new Float64Array(Math.max(rows, column.length * 2));
  larger.set(column);
  return larger;
}

function tooManyRows(path: string): AlphaloomError {
  return ticksInvalid(path, null, 'size', `it holds over ${MAX_ROWS} rows; split it by time`);
}

/** By the file's name, which must agree with its first bytes. */
async function formatOf(path: string): Promise<Format> {
  const extension = extname(path).toLowerCase();
  if (extension !== '.parquet' && extension !== '.csv')
    throw ticksInvalid(path, null, 'format', 'its name must end in .parquet or .csv');
  const isParquet = (await firstBytes(path)).toString('latin1') === 'PAR1';
  if (isParquet === (extension === '.parquet')) return isParquet ? PARQUET : CSV;
  throw ticksInvalid(
    path,
    null,
    'format',
    `its name says ${extension.slice(1)}, its content is ${isParquet ? '' : 'not '}Parquet`,
  );
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) throw ticksInvalid(path, null, 'format', 'it is not a regular file');
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AlphaloomError('FILE_NOT_FOUND', `There is no file ${path}.`, { path }, { cause: error });
    throw explainDiskError(path, error);
  }
}
