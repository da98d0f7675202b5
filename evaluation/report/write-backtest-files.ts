import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
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
 * Nothing that was found out before is written over: a folder that holds files of these names is taken only for the very
 * backtest that lies in it.
 * @param folder is there
 * @param id of the backtest that is to be written
 * @throws AlphaloomError FILE_EXISTS
 */
export async function requireOwnFolder(folder: string, id: string): Promise<void> {
  const names: readonly string[] = Object.values(BACKTEST_FILES);
  const taken = (await readdir(folder)).filter(name => names.includes(name));
  if (taken.length === 0 || (await writtenId(join(folder, BACKTEST_FILES.document))) === id) return;
  throw new AlphaloomError(
    'FILE_EXISTS',
    `${folder} holds another backtest (${taken.join(', ')}); nothing was written. Name another folder with --out, or move those files away.`,
    { folder, files: taken },
  );
}

/** Null where no backtest’s document can be read. */
async function writtenId(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')).id;
  } catch {
    return null;
  }
}

/**
 * Writes the five files of a backtest, in place of those that are there (see `requireOwnFolder`); each appears whole or not at
 * all. The same backtest gives the same JSON and the same report, byte for byte.
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
