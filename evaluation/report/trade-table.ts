import { BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { Trade } from '../../contracts/backtest.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { type RowColumns, writeRowTable } from './row-table.ts';
import { seenThroughTimes } from './seen-bars.ts';

interface TradeRow {
  readonly trade: Trade;
  /** Open times of the symbol's bars. */
  readonly openTime: Float64Array;
  /** Open time of the last bar that the symbol's model had seen. */
  readonly seenThrough: number;
}

/** The columns of `trades.parquet`: times are bars' opens in epoch ms, money in quote. */
const COLUMNS: RowColumns<TradeRow> = {
  symbol: { type: VARCHAR, of: ({ trade }) => trade.symbol },
  side: { type: VARCHAR, of: ({ trade }) => trade.side },
  signal_time: { type: BIGINT, of: ({ trade, openTime }) => BigInt(openTime[trade.signalBar]) },
  entry_time: { type: BIGINT, of: ({ trade }) => BigInt(trade.entryTime) },
  exit_time: { type: BIGINT, of: ({ trade }) => BigInt(trade.exitTime) },
  bars_held: { type: INTEGER, of: ({ trade }) => trade.barsHeld },
  quantity: { type: DOUBLE, of: ({ trade }) => trade.quantity },
  entry_price: { type: DOUBLE, of: ({ trade }) => trade.entryPrice },
  exit_price: { type: DOUBLE, of: ({ trade }) => trade.exitPrice },
  exits: { type: INTEGER, of: ({ trade }) => trade.exits },
  exit_reason: { type: VARCHAR, of: ({ trade }) => trade.exitReason },
  gross_pnl: { type: DOUBLE, of: ({ trade }) => trade.grossPnl },
  fees: { type: DOUBLE, of: ({ trade }) => trade.costs.fees },
  spread: { type: DOUBLE, of: ({ trade }) => trade.costs.spread },
  slippage: { type: DOUBLE, of: ({ trade }) => trade.costs.slippage },
  funding: { type: DOUBLE, of: ({ trade }) => trade.costs.funding },
  net_pnl: { type: DOUBLE, of: ({ trade }) => trade.netPnl },
  gross_return: { type: DOUBLE, of: ({ trade }) => trade.grossReturn },
  net_return: { type: DOUBLE, of: ({ trade }) => trade.netReturn },
  in_sample: {
    type: BOOLEAN,
    of: ({ trade, openTime, seenThrough }) => openTime[trade.signalBar] <= seenThrough,
  },
};

/** @throws AlphaloomError DISK_FULL, PERMISSION_DENIED */
export async function writeTradeTable(
  path: string,
  { document, setup, result }: Pick<PlayedBacktest, 'document' | 'setup' | 'result'>,
): Promise<void> {
  const openTimes = new Map(setup.markets.map(({ symbol, candles }) => [symbol, candles.openTime]));
  const seen = seenThroughTimes(document);
  const rows = result.trades.map(trade => ({
    trade,
    openTime: openTimes.get(trade.symbol)!,
    seenThrough: seen.get(trade.symbol)!,
  }));
  await writeRowTable(path, rows, COLUMNS);
}
