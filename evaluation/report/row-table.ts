import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type BIGINT,
  type BOOLEAN,
  type DOUBLE,
  DuckDBDataChunk,
  type INTEGER,
  type VARCHAR,
} from '@duckdb/node-api';
import { withDuckDb, withOpenFile } from '../../candles/duckdb.ts';
import { diskFull } from '../../candles/parquet.ts';
import { explainDiskErrors, makeFolder, publishFile, temporaryName } from '../../storage/files.ts';

const CHUNK_ROWS = 2_048;

/** Columns of a table by name, in their order. */
export type RowColumns<Row> = Readonly<
  Record<
    string,
    {
      readonly type: typeof VARCHAR | typeof BIGINT | typeof BOOLEAN | typeof INTEGER | typeof DOUBLE;
      readonly of: (row: Row) => string | bigint | boolean | number | null;
    }
  >
>;

/**
 * Writes rows as a Parquet file that appears whole or not at all, in place of one that is there. Memory holds a chunk of
 * the rows at a time.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeRowTable<Row>(
  path: string,
  rows: Iterable<Row>,
  columns: RowColumns<Row>,
): Promise<void> {
  const temporary = temporaryName(path);
  await explainDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    try {
      await writeNewFile(temporary, rows, columns);
      await publishFile(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

async function writeNewFile<Row>(path: string, rows: Iterable<Row>, columns: RowColumns<Row>): Promise<void> {
  const definitions = Object.entries(columns).map(([name, { type }]) => `${name} ${type}`);
  await withOpenFile(path, 'wx', (descriptor, handle) =>
    withDuckDb(async connection => {
      await connection.run(`create temp table played (${definitions.join(', ')})`);
      const appender = await connection.createAppender('played');
      for (const chunk of chunksOf(rows)) appender.appendDataChunk(dataChunk(chunk, columns));
      appender.closeSync();
      try {
        await connection.run(
          `copy played to '${descriptor}' (format parquet, compression zstd, use_tmp_file false)`,
        );
      } catch (error) {
        throw diskFull(path, error);
      }
      await handle.sync();
    }),
  );
}

function* chunksOf<Row>(rows: Iterable<Row>): Generator<Row[]> {
  let chunk: Row[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function dataChunk<Row>(rows: readonly Row[], columns: RowColumns<Row>): DuckDBDataChunk {
  const described = Object.values(columns);
  const chunk = DuckDBDataChunk.create(
    described.map(({ type }) => type),
    rows.length,
  );
  for (const [index, { of }] of described.entries()) {
    const vector = chunk.getColumnVector(index);
    for (const [at, row] of rows.entries()) vector.setItem(at, of(row));
    vector.flush();
  }
  return chunk;
}
