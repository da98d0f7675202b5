import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { withDuckDb } from '../../../candles/duckdb.ts';
import { BACKTEST_FILES, writeBacktestFiles } from '../../../evaluation/report/write-backtest-files.ts';
import { near } from '../../support/near.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { HOUR } from '../performance/account.ts';
import { followedTrend, sampleBars, untraded } from './played.ts';

const trend = followedTrend(['BTCUSD', await sampleBars(1_000)]);

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  return withDuckDb(async connection =>
    (await connection.runAndReadAll(`select * from read_parquet('${path}')`)).getRowObjects(),
  );
}

test('a backtest leaves its document, trades, equity and report', async t => {
  const folder = join(await temporaryHome(t), 'new', 'folder');
  await writeBacktestFiles(folder, trend);
  assert.deepEqual((await readdir(folder)).sort(), Object.values(BACKTEST_FILES).sort());
  const document = JSON.parse(await readFile(join(folder, 'backtest.json'), 'utf8'));
  assert.deepEqual(
    document,
    JSON.parse(JSON.stringify({ ...trend.document, performance: trend.performance })),
  );
});

test('trades.parquet holds every trade as it was', async t => {
  const folder = await temporaryHome(t);
  await writeBacktestFiles(folder, trend);
  const rows = await rowsOf(join(folder, 'trades.parquet'));
  const { trades } = trend.result;
  assert.equal(rows.length, trades.length);
  const [row, trade] = [rows[3], trades[3]];
  assert.deepEqual(row, {
    symbol: 'BTCUSD',
    side: trade.side,
    signal_time: BigInt(trade.entryTime - HOUR),
    entry_time: BigInt(trade.entryTime),
    exit_time: BigInt(trade.exitTime),
    bars_held: trade.barsHeld,
    quantity: trade.quantity,
    entry_price: trade.entryPrice,
    exit_price: trade.exitPrice,
    exits: trade.exits,
    exit_reason: trade.exitReason,
    gross_pnl: trade.grossPnl,
    fees: trade.costs.fees,
    spread: trade.costs.spread,
    slippage: trade.costs.slippage,
    funding: 0,
    net_pnl: trade.netPnl,
    gross_return: trade.grossReturn,
    net_return: trade.netReturn,
    in_sample: false,
  });
});

test('equity.parquet holds the account at every close, its drawdown, and buying and holding', async t => {
  const folder = await temporaryHome(t);
  await writeBacktestFiles(folder, trend);
  const rows = await rowsOf(join(folder, 'equity.parquet'));
  const { time, equity } = trend.result;
  assert.equal(rows.length, time.length);
  assert.deepEqual(Object.keys(rows[0]), [
    'ts',
    'equity',
    'cash',
    'gross_exposure',
    'drawdown',
    'buy_and_hold',
    'in_sample',
  ]);
  assert.equal(rows[500].ts, BigInt(time[500]));
  assert.equal(rows[500].equity, equity[500]);
  near(Math.min(...rows.map(row => Number(row.drawdown))), -trend.performance.drawdown.depth);
  near(Number(rows.at(-1)!.buy_and_hold) / 10_000 - 1, trend.performance.buyAndHold.totalReturn);
});

test('files of an earlier backtest are replaced, and no temporary ones stay', async t => {
  const folder = await temporaryHome(t);
  await writeBacktestFiles(folder, trend);
  await writeBacktestFiles(folder, untraded());
  assert.deepEqual((await readdir(folder)).sort(), Object.values(BACKTEST_FILES).sort());
  assert.deepEqual(await rowsOf(join(folder, 'trades.parquet')), []);
  assert.equal((await rowsOf(join(folder, 'equity.parquet'))).length, 3);
});

test('a folder that can’t be written says so', async t => {
  const home = await temporaryHome(t);
  await writeBacktestFiles(home, untraded());
  await assert.rejects(writeBacktestFiles(join(home, 'backtest.json'), untraded()), {
    code: 'PERMISSION_DENIED',
  });
  assert.deepEqual((await readdir(home)).sort(), Object.values(BACKTEST_FILES).sort());
});
