import { BIGINT, BOOLEAN, DOUBLE } from '@duckdb/node-api';
import { buyAndHoldEquity } from '../performance/buy-and-hold.ts';
import { drawdownCurve } from '../performance/drawdown.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { type RowColumns, writeRowTable } from './row-table.ts';
import { seenThroughTimes } from './seen-bars.ts';

type EquityPlayed = Pick<PlayedBacktest, 'document' | 'setup' | 'result'>;

/**
 * Writes a row per played open time, money in quote; `in_sample` where a model's training had seen the bar.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeEquityTable(path: string, played: EquityPlayed): Promise<void> {
  await writeRowTable(path, played.result.time.keys(), columnsOf(played));
}

/** The columns of `equity.parquet`, by the row's number. */
function columnsOf({ document, setup, result }: EquityPlayed): RowColumns<number> {
  const { time, equity, cash, grossExposure, initialCash } = result;
  const drawdown = drawdownCurve(equity, initialCash);
  const held = buyAndHoldEquity(setup, time);
  const seenThrough = Math.max(...seenThroughTimes(document).values());
  return {
    ts: { type: BIGINT, of: row => BigInt(time[row]) },
    equity: { type: DOUBLE, of: row => equity[row] },
    cash: { type: DOUBLE, of: row => cash[row] },
    gross_exposure: { type: DOUBLE, of: row => grossExposure[row] },
    drawdown: { type: DOUBLE, of: row => drawdown[row] },
    buy_and_hold: { type: DOUBLE, of: row => held[row] },
    in_sample: { type: BOOLEAN, of: row => time[row] <= seenThrough },
  };
}
