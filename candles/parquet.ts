import { BIGINT, DOUBLE, DuckDBDataChunk, type DuckDBResult } from '@duckdb/node-api';
import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { explainDiskErrors } from '../storage/files.ts';
import { CandleBuilder } from './candle-builder.ts';
import { duckDbReason, withDuckDb, withOpenFile } from './duckdb.ts';

const CHUNK_ROWS = 2_048;

/** Reads the bars of a file that `writeParquet` wrote, with `fromTime` ≤ open time < `toTime`; DuckDB's errors as they are. */
export async function readParquet(path: string, fromTime: number, toTime: number): Promise<Candles> {
  return withOpenFile(path, 'r', descriptor =>
    withDuckDb(async connection => {
      const rows = await connection.run(
        `select ts::double, open, high, low, close, volume from read_parquet($path, hive_partitioning = false)
         where ts >= $from and ts < $to`,
        { path: descriptor, from: fromTime, to: toTime },
        { from: DOUBLE, to: DOUBLE },
      );
      const builder = new CandleBuilder();
      await forEachBar<number>(rows, (openTime, open, high, low, close, volume) => {
        // The hash was checked: it is a file of ours, which holds no NULL.
        builder.push(openTime!, open!, high!, low!, close!, volume!);
      });
      return builder.finish();
    }),
  );
}

type Cell = number | null;

/**
 * Visits the rows of a result of six columns, chunk by chunk: the time (DOUBLE, or VARCHAR), then five DOUBLEs. The result
 * must be a complete one (`run`): a streamed one that fails half-way ends as if it were complete.
 */
export async function forEachBar<Time extends number | string>(
  rows: DuckDBResult,
  visit: (time: Time | null, open: Cell, high: Cell, low: Cell, close: Cell, volume: Cell) => void,
): Promise<void> {
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column =>
      chunk.getColumnVector(column),
    );
    for (let row = 0; row < chunk.rowCount; row++) {
      visit(
        time.getItem(row) as Time | null,
        open.getItem(row) as Cell,
        high.getItem(row) as Cell,
        low.getItem(row) as Cell,
        close.getItem(row) as Cell,
        volume.getItem(row) as Cell,
      );
    }
  }
}

/**
 * Writes bars to a new file and syncs it: columns `ts` (epoch ms), `open`, `high`, `low`, `close`, `volume`.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeParquet(path: string, candles: Candles): Promise<void> {
  await explainDiskErrors(path, () =>
    withOpenFile(path, 'wx', (descriptor, handle) =>
      withDuckDb(async connection => {
        await connection.run(
          'create temp table bars (ts bigint, open double, high double, low double, close double, volume double)',
        );
        const appender = await connection.createAppender('bars');
        for (let row = 0; row < candles.openTime.length; row += CHUNK_ROWS) {
          appender.appendDataChunk(chunkOf(candles, row));
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

function chunkOf(candles: Candles, from: number): DuckDBDataChunk {
  const rows = Math.min(CHUNK_ROWS, candles.openTime.length - from);
  const chunk = DuckDBDataChunk.create([BIGINT, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE], rows);
  const { openTime, open, high, low, close, volume } = candles;
  const times = chunk.getColumnVector(0);
  for (let row = 0; row < rows; row++) times.setItem(row, BigInt(openTime[from + row]));
  times.flush();
  for (const [index, column] of [open, high, low, close, volume].entries()) {
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
