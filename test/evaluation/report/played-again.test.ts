import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { withDuckDb } from '../../../candles/duckdb.ts';
import type { BacktestMarket, BacktestSetup } from '../../../contracts/backtest.ts';
import type { BacktestReport } from '../../../contracts/backtest-document.ts';
import { costsSchema } from '../../../contracts/costs.ts';
import { parsePolicy } from '../../../contracts/policy.ts';
import { TASK_CLASSES } from '../../../contracts/tasks.ts';
import type { PlayedBacktest } from '../../../evaluation/report/played-backtest.ts';
import { writeBacktestFiles } from '../../../evaluation/report/write-backtest-files.ts';
import { backtest } from '../../../strategy/backtest.ts';
import { referenceBacktest } from '../../strategy/reference-engine.ts';
import { near } from '../../support/near.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { followedTrend, otherBars, played, sampleBars } from './played.ts';

const LADDER = parsePolicy(
  {
    name: 'ladder',
    maxLeverage: 3,
    sizing: { kind: 'fraction', fraction: 1.5 },
    onOpposite: 'reverse',
    maxVolumeShare: 0.05,
    exits: {
      stop: { kind: 'atr', multiple: 2 },
      targetShares: { tp1: 0.4, tp2: 0.3, tp3: 0.3 },
      trailing: { distanceAtr: 2, afterAtr: 1 },
    },
  },
  'test',
);

async function rowsOf(folder: string, name: string): Promise<Record<string, unknown>[]> {
  return withDuckDb(async connection =>
    (
      await connection.runAndReadAll(`select * from read_parquet('${join(folder, `${name}.parquet`)}')`)
    ).getRowObjects(),
  );
}

/** A backtest of nothing but what its files say. */
async function setupFrom(folder: string): Promise<BacktestSetup> {
  const document: BacktestReport = JSON.parse(await readFile(join(folder, 'backtest.json'), 'utf8'));
  const rows = await rowsOf(folder, 'bars');
  const markets = document.markets.map(({ symbol, kind, labels, rules }): BacktestMarket => {
    const own = rows.filter(row => row.symbol === symbol);
    const column = (name: string) => Float64Array.from(own, row => Number(row[name] ?? Number.NaN));
    const openTime = column('ts');
    const classes: readonly unknown[] = TASK_CLASSES.direction3;
    return {
      symbol,
      kind,
      candles: {
        openTime,
        open: column('open'),
        high: column('high'),
        low: column('low'),
        close: column('close'),
        volume: column('volume'),
      },
      signals: {
        direction: Int8Array.from(own, row => classes.indexOf(row.direction)),
        confidence: Float32Array.from(column('confidence')),
        volatility: column('volatility'),
      },
      labels,
      rules,
      funding: kind === 'swap' ? { time: openTime, rate: column('funding_rate') } : null,
    };
  });
  const { policy, costs, initialCash, fromTime, toTime } = document;
  return { markets, policy, costs, initialCash, fromTime, toTime };
}

async function playedAgain(t: TestContext, made: PlayedBacktest): Promise<number> {
  const folder = await temporaryHome(t);
  await writeBacktestFiles(folder, made);
  const again = referenceBacktest(await setupFrom(folder));
  const trades = await rowsOf(folder, 'trades');
  assert.equal(again.trades.length, trades.length);
  for (const [at, trade] of again.trades.entries()) {
    const row = trades[at];
    assert.deepEqual(
      [trade.symbol, trade.side, trade.entryTime, trade.exitTime, trade.exitReason],
      [row.symbol, row.side, Number(row.entry_time), Number(row.exit_time), row.exit_reason],
    );
    near(Number(row.net_pnl), trade.netPnl, 1e-6);
    near(Number(row.funding), trade.costs.funding, 1e-6);
  }
  const equity = await rowsOf(folder, 'equity');
  for (const [at, row] of equity.entries()) near(Number(row.equity), again.equity[at], 1e-6);
  return trades.length;
}

test('another engine plays a backtest again from its files alone, trade by trade', async t => {
  const bars = await sampleBars(1_500);
  const trend = followedTrend(['BTCUSD', bars], ['ETHUSD', await otherBars(bars)]);
  assert.ok((await playedAgain(t, trend)) > 30);
});

test('and one of swaps with funding, a ladder, leverage and fills in part', async t => {
  const { setup } = followedTrend(['BTCUSD', await sampleBars(1_500)]);
  const swaps: BacktestSetup = {
    ...setup,
    markets: setup.markets.map(market => ({
      ...market,
      kind: 'swap' as const,
      rules: { tick: 0.01, lot: 0.001, minQuantity: 0.001, minNotional: 5 },
    })),
    policy: LADDER,
    costs: costsSchema.parse({ fundingBpsPer8h: 2, impactBps: 40, makerFeeBps: 1 }),
    initialCash: 300_000,
  };
  const made = played(swaps, backtest(swaps));
  const [market] = made.document.markets;
  const document = {
    ...made.document,
    markets: [{ ...market, kind: 'swap' as const, rules: { ...swaps.markets[0].rules!, fetchedTime: 1 } }],
  };
  assert.ok(made.result.costs.funding !== 0);
  assert.ok((await playedAgain(t, { ...made, document })) > 30);
});

test('what a model had seen is marked in every table', async t => {
  const folder = await temporaryHome(t);
  const trend = followedTrend(['BTCUSD', await sampleBars(1_000)]);
  const through = trend.result.time[499];
  const [market] = trend.document.markets;
  const markets = [{ ...market, model: { ...market.model!, trainedThroughTime: through } }];
  await writeBacktestFiles(folder, { ...trend, document: { ...trend.document, markets } });
  for (const [table, time] of [
    ['bars', 'ts'],
    ['equity', 'ts'],
    ['trades', 'signal_time'],
  ]) {
    const rows = await rowsOf(folder, table);
    assert.ok(rows.some(row => row.in_sample) && rows.some(row => !row.in_sample), table);
    for (const row of rows) assert.equal(row.in_sample, Number(row[time]) <= through);
  }
});
