import { join } from 'node:path';
import { writeFileAtomic } from '../../storage/files.ts';
import { renderBacktestReport } from './backtest-report.ts';
import { writeBarTable } from './bar-table.ts';
import { writeEquityTable } from './equity-table.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { writeTradeTable } from './trade-table.ts';

/** What a backtest leaves in its folder. */
export const BACKTEST_FILES = {
  document: 'backtest.json',
  trades: 'trades.parquet',
  equity: 'equity.parquet',
  bars: 'bars.parquet',
  report: 'report.html',
} as const;

/**
 * Writes the five files of a backtest, in place of those that are there; each appears whole or not at all. The same
 * backtest gives the same JSON and the same report, byte for byte.
 * - `backtest.json`: the document, and `performance` with all figures
 * - `trades.parquet`: a row per trade
 * - `equity.parquet`: a row per played open time
 * - `bars.parquet`: a row per symbol and played bar: prices, what was predicted, volatility, funding
 * - `report.html`: for people, in one file
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeBacktestFiles(folder: string, played: PlayedBacktest): Promise<void> {
  const { document, performance } = played;
  const path = (file: keyof typeof BACKTEST_FILES) => join(folder, BACKTEST_FILES[file]);
  await writeTradeTable(path('trades'), played);
  await writeEquityTable(path('equity'), played);
  await writeBarTable(path('bars'), played);
  await writeFileAtomic(path('report'), renderBacktestReport(played));
  await writeFileAtomic(path('document'), `${JSON.stringify({ ...document, performance }, null, 2)}\n`);
}
