import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, type DuckDBResult } from '@duckdb/node-api';
import {
  CANDLE_COLUMNS,
  EXTRA_COLUMN_NAMES,
  EXTRA_COLUMNS,
  type ExtraColumn,
  type MarketBars,
} from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { explainDiskErrors } from '../storage/files.ts';
import { CandleBuilder, extrasOf } from './candle-builder.ts';
import { duckDbReason, withDuckDb, withOpenFile } from './duckdb.ts';

const CHUNK_ROWS = 2_048;
const PRICES = CANDLE_COLUMNS.filter(column => column !== 'openTime');

/** Reads the bars of a file that `writeParquet` wrote, with `fromTime` ≤ open time < `toTime`; DuckDB's errors as they are. */
export async function readParquet(path: string, fromTime: number, toTime: number): Promise<MarketBars> {
  return withOpenFile(path, 'r', descriptor =>
    withDuckDb(async connection => {
      const extras = await extrasIn(connection, descriptor);
      const columns = ['ts::double', ...PRICES, ...extras.map(extra => EXTRA_COLUMN_NAMES[extra])];
      const rows = await connection.run(
        `select ${columns.join(', ')} from read_parquet($path, hive_partitioning = false)
         where ts >= $from and ts < $to`,
        { path: descriptor, from: fromTime, to: toTime },
        { from: DOUBLE, to: DOUBLE },
      );
      const builder = new CandleBuilder(CHUNK_ROWS, extras);
      await forEachBar<number>(rows, (openTime, open, high, low, close, volume, more) => {
        // The hash was checked: it is a file of ours, which holds no NULL.
        builder.push(openTime!, open!, high!, low!, close!, volume!);
        for (let at = 0; at < extras.length; at++) builder.setExtra(extras[at], more(at)!);
      });
      return builder.finish();
    }),
  );
}

async function extrasIn(connection: DuckDBConnection, descriptor: string): Promise<ExtraColumn[]> {
  const described = await connection.runAndReadAll(
    'select name from parquet_schema($path) where type is not null',
    { path: descriptor },
  );
  const [names] = described.getColumns();
  return EXTRA_COLUMNS.filter(extra => names?.includes(EXTRA_COLUMN_NAMES[extra]));
}

type Cell = number | null;

/**
 * Visits the rows of a result chunk by chunk: the time (DOUBLE, or VARCHAR), then five DOUBLEs, then any others (DOUBLE),
 * which `more` gives by their number. The result must be a complete one (`run`): a streamed one that fails half-way ends as if it were complete.
 */
export async function forEachBar<Time extends number | string>(
  rows: DuckDBResult,
  visit: (
    time: Time | null,
    open: Cell,
    high: Cell,
    low: Cell,
    close: Cell,
    volume: Cell,
    more: (column: number) => Cell,
  ) => void,
): Promise<void> {
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const vectors = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column));
    const [time, open, high, low, close, volume, ...others] = vectors;
    for (let row = 0; row < chunk.rowCount; row++) {
      visit(
        time.getItem(row) as Time | null,
        open.getItem(row) as Cell,
        high.getItem(row) as Cell,
        low.getItem(row) as Cell,
        close.getItem(row) as Cell,
        volume.getItem(row) as Cell,
        column => others[column].getItem(row) as Cell,
      );
    }
  }
}

/**
 * Writes bars to a new file and syncs it: columns `ts` (epoch ms), `open`, `high`, `low`, `close`, `volume`, and the extra
 * ones that the bars have.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeParquet(path: string, candles: MarketBars): Promise<void> {
  await explainDiskErrors(path, () =>
    withOpenFile(path, 'wx', (descriptor, handle) =>
      withDuckDb(async connection => {
        const extras = extrasOf(candles);
        const doubles = [...PRICES, ...extras.map(extra => EXTRA_COLUMN_NAMES[extra])];
        await connection.run(
          `create temp table bars (ts bigint, ${doubles.map(name => `${name} double`).join(', ')})`,
        );
        const appender = await connection.createAppender('bars');
        const columns = [...PRICES, ...extras].map(column => candles[column]!);
        for (let row = 0; row < candles.openTime.length; row += CHUNK_ROWS) {
          appender.appendDataChunk(chunkOf(candles.openTime, columns, row));
        }
        appender.closeSync();
        try {
          await connection.run(
            `copy bars to '${descriptor}' (format parquet, compression zstd, use_tmp_file false)`,
          );
        } catch (error) {
          throw diskFull(path, error);
        }
        await handle.sync();
      }),
    ),
  );
}

function chunkOf(openTime: Float64Array, columns: readonly Float64Array[], from: number): DuckDBDataChunk {
  const rows = Math.min(CHUNK_ROWS, openTime.length - from);
  const chunk = DuckDBDataChunk.create([BIGINT, ...columns.map(() => DOUBLE)], rows);
  const times = chunk.getColumnVector(0);
  for (let row = 0; row < rows; row++) times.setItem(row, BigInt(openTime[from + row]));
  times.flush();
  for (const [index, column] of columns.entries()) {
    const vector = chunk.getColumnVector(index + 1);
    for (let row = 0; row < rows; row++) vector.setItem(row, column[from + row]);
    vector.flush();
  }
  return chunk;
}

/** DuckDB tells of the operating system's errors in words only. */
export function diskFull(path: string, error: unknown): unknown {
  if (!/no space left|quota exceeded/i.test(duckDbReason(error))) return error;
  return new AlphaloomError(
    'DISK_FULL',
    `The disk is full while writing ${path}; nothing half-written was kept.`,
    { path },
    { cause: error },
  );
}
