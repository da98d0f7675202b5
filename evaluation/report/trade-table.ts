import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import { withDuckDb, withOpenFile } from '../../candles/duckdb.ts';
import { diskFull } from '../../candles/parquet.ts';
import type { BacktestMarket, Trade } from '../../contracts/backtest.ts';
import { explainDiskErrors, makeFolder, publishFile, temporaryName } from '../../storage/files.ts';

const CHUNK_ROWS = 2_048;

type Openings = ReadonlyMap<string, Float64Array>;

/** The columns of `trades.parquet`: times are bars' opens in epoch ms, money in quote. */
const COLUMNS = {
  symbol: { type: VARCHAR, of: trade => trade.symbol },
  side: { type: VARCHAR, of: trade => trade.side },
  signal_time: {
    type: BIGINT,
    of: ({ symbol, signalBar }, openings) => BigInt(openings.get(symbol)![signalBar]),
  },
  entry_time: { type: BIGINT, of: trade => BigInt(trade.entryTime) },
  exit_time: { type: BIGINT, of: trade => BigInt(trade.exitTime) },
  bars_held: { type: INTEGER, of: trade => trade.barsHeld },
  quantity: { type: DOUBLE, of: trade => trade.quantity },
  entry_price: { type: DOUBLE, of: trade => trade.entryPrice },
  exit_price: { type: DOUBLE, of: trade => trade.exitPrice },
  exits: { type: INTEGER, of: trade => trade.exits },
  exit_reason: { type: VARCHAR, of: trade => trade.exitReason },
  gross_pnl: { type: DOUBLE, of: trade => trade.grossPnl },
  fees: { type: DOUBLE, of: ({ costs }) => costs.fees },
  spread: { type: DOUBLE, of: ({ costs }) => costs.spread },
  slippage: { type: DOUBLE, of: ({ costs }) => costs.slippage },
  funding: { type: DOUBLE, of: ({ costs }) => costs.funding },
  net_pnl: { type: DOUBLE, of: trade => trade.netPnl },
  gross_return: { type: DOUBLE, of: trade => trade.grossReturn },
  net_return: { type: DOUBLE, of: trade => trade.netReturn },
} as const satisfies Record<
  string,
  {
    readonly type: typeof VARCHAR | typeof BIGINT | typeof INTEGER | typeof DOUBLE;
    readonly of: (trade: Trade, openings: Openings) => string | bigint | number;
  }
>;

/**
 * Writes trades as a Parquet file that appears whole or not at all, in place of one that is there.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeTradeTable(
  path: string,
  trades: readonly Trade[],
  markets: readonly BacktestMarket[],
): Promise<void> {
  const openings = new Map(markets.map(({ symbol, candles }) => [symbol, candles.openTime]));
  const temporary = temporaryName(path);
  await explainDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    try {
      await writeNewFile(temporary, trades, openings);
      await publishFile(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

async function writeNewFile(path: string, trades: readonly Trade[], openings: Openings): Promise<void> {
  const definitions = Object.entries(COLUMNS).map(([name, { type }]) => `${name} ${type}`);
  await withOpenFile(path, 'wx', (descriptor, handle) =>
    withDuckDb(async connection => {
      await connection.run(`create temp table trades (${definitions.join(', ')})`);
      const appender = await connection.createAppender('trades');
      for (let from = 0; from < trades.length; from += CHUNK_ROWS)
        appender.appendDataChunk(chunkOf(trades.slice(from, from + CHUNK_ROWS), openings));
      appender.closeSync();
      try {
        await connection.run(
          `copy trades to '${descriptor}' (format parquet, compression zstd, use_tmp_file false)`,
        );
      } catch (error) {
        throw diskFull(path, error);
      }
      await handle.sync();
    }),
  );
}

function chunkOf(trades: readonly Trade[], openings: Openings): DuckDBDataChunk {
  const columns = Object.values(COLUMNS);
  const chunk = DuckDBDataChunk.create(
    columns.map(({ type }) => type),
    trades.length,
  );
  for (const [index, { of }] of columns.entries()) {
    const vector = chunk.getColumnVector(index);
    for (const [row, trade] of trades.entries()) vector.setItem(row, of(trade, openings));
    vector.flush();
  }
  return chunk;
}
