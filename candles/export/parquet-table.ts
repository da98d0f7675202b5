import { rm } from 'node:fs/promises';
import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, FLOAT } from '@duckdb/node-api';
import { withDuckDb, withOpenFile } from '../duckdb.ts';
import { diskFull } from '../parquet.ts';
import { cutBlock, type TableBlock, TIME_COLUMN, type TimeStyle } from './table.ts';

const CHUNK_ROWS = 2_048;
/** What DuckDB holds at once, at most: 256 MB of doubles. */
const VALUES_IN_MEMORY = 1 << 25;

/**
 * Writes a Parquet file: `ts` as INT64 (epoch ms) or a timestamp in UTC, the others as DOUBLE or FLOAT. A large table is
 * written in parts, which are then copied together: DuckDB does that row group by row group.
 */
export async function writeParquetTable(
  path: string,
  blocks: AsyncIterable<TableBlock>,
  timeStyle: TimeStyle,
): Promise<number> {
  const parts: string[] = [];
  let rows = 0;
  try {
    for await (const block of blocks) {
      rows += block.time.length;
      for (const piece of piecesOf(block, parts.length === 0)) {
        const part = `${path}.${parts.length}.tmp`;
        parts.push(part);
        await writePart(part, piece, timeStyle);
      }
    }
    await joinParts(parts, path);
    return rows;
  } finally {
    for (const part of parts) await rm(part, { force: true });
  }
}

/** A table without rows still has columns: its first piece may be empty. */
function piecesOf(block: TableBlock, isFirst: boolean): Iterable<TableBlock> {
  return isFirst && block.time.length === 0 ? [block] : cutBlock(block, VALUES_IN_MEMORY);
}

async function writePart(path: string, { time, columns }: TableBlock, timeStyle: TimeStyle): Promise<void> {
  const kept = [...columns.values()];
  const types = kept.map(values => (values instanceof Float32Array ? 'float' : 'double'));
  const timeOf = timeStyle === 'iso' ? 'make_timestamptz(t * 1000)' : 't';
  const selected = [...columns.keys()].map((name, index) => `c${index} as "${name}"`);
  await withDuckDb(async connection => {
    await connection.run(
      `create temp table part (${['t bigint', ...types.map((type, index) => `c${index} ${type}`)].join(', ')})`,
    );
    const appender = await connection.createAppender('part');
    for (let from = 0; from < time.length; from += CHUNK_ROWS)
      appender.appendDataChunk(chunkOf(time, kept, from));
    appender.closeSync();
    await copyTo(
      connection,
      path,
      `select ${[`${timeOf} as ${TIME_COLUMN}`, ...selected].join(', ')} from part`,
    );
  });
}

function chunkOf(
  time: Float64Array,
  columns: readonly (Float64Array | Float32Array)[],
  from: number,
): DuckDBDataChunk {
  const rows = Math.min(CHUNK_ROWS, time.length - from);
  const types = columns.map(values => (values instanceof Float32Array ? FLOAT : DOUBLE));
  const chunk = DuckDBDataChunk.create([BIGINT, ...types], rows);
  const times = chunk.getColumnVector(0);
  for (let row = 0; row < rows; row++) times.setItem(row, BigInt(time[from + row]));
  times.flush();
  for (const [index, column] of columns.entries()) {
    const vector = chunk.getColumnVector(index + 1);
    for (let row = 0; row < rows; row++) vector.setItem(row, column[from + row]);
    vector.flush();
  }
  return chunk;
}

async function joinParts(parts: readonly string[], path: string): Promise<void> {
  const open = async (index: number, descriptors: readonly string[]): Promise<void> => {
    if (index < parts.length) {
      await withOpenFile(parts[index], 'r', descriptor => open(index + 1, [...descriptors, descriptor]));
      return;
    }
    const list = descriptors.map(descriptor => `'${descriptor}'`).join(', ');
    await withDuckDb(connection =>
      copyTo(connection, path, `select * from read_parquet([${list}], hive_partitioning = false)`),
    );
  };
  await open(0, []);
}

/** To a new file, synced. */
async function copyTo(connection: DuckDBConnection, path: string, select: string): Promise<void> {
  await withOpenFile(path, 'wx', async (descriptor, handle) => {
    try {
      await connection.run(
        `copy (${select}) to '${descriptor}' (format parquet, compression zstd, use_tmp_file false)`,
      );
    } catch (error) {
      throw diskFull(path, error);
    }
    await handle.sync();
  });
}
