import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import { type MarketKind, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { loadConfig } from '../../host/config.ts';
import { loadPolicy } from '../../host/policies.ts';
import { assertPlayed } from '../support/played-account.ts';
import { playedSetups } from '../support/played-setups.ts';
import { recordedMarket } from '../support/recorded-market.ts';
import { sharedData, withoutShared } from '../support/shared.ts';

/** More of them take longer and say more. */
const BARS = Number(process.env.ALPHALOOM_TEST_BARS ?? 150);
const STEPS = { tick: 0.01, lot: 0.001, minQuantity: 0.001, minNotional: 5 };
const COSTS = { feeBps: 10, makerFeeBps: 2, halfSpreadBps: 1, slippageBps: 2, impactBps: 30 };
const SPOT = { ...COSTS, feeCurrency: 'received' } as const;
const SWAP = { ...COSTS, feeBps: 5, fundingBpsPer8h: 1.5 };

const CASES: readonly (readonly [
  what: string,
  kind: MarketKind,
  venue: string,
  symbols: readonly string[],
  timeframe: Timeframe,
  from: string,
  policies: readonly string[],
])[] = [
  [
    'two swaps of 15 minutes on 10 October 2025',
    'swap',
    'binance-usdm',
    ['BTCUSDT', 'ETHUSDT'],
    '15m',
    '2025-10-10',
    ['balanced', 'aggressive', 'ladder-trailing'],
  ],
  [
    'hours of spot',
    'spot',
    'binance',
    ['BTCUSDT', 'ETHUSDT'],
    '1h',
    '2022-06-10',
    ['limit-entry', 'portfolio'],
  ],
  [
    'bars that one of two symbols lacks',
    'spot',
    'bitfinex',
    ['BTCUSD', 'ETHUSD'],
    '15m',
    '2017-01-20',
    ['balanced', 'portfolio'],
  ],
  [
    'hours in which nothing was traded',
    'spot',
    'coinbase',
    ['BTCUSD'],
    '1h',
    '2017-09-01',
    ['cautious', 'limit-entry'],
  ],
];

for (const [what, kind, venue, symbols, timeframe, from, policies] of CASES) {
  test(`an account trades ${what} as its backtest does`, {
    skip: withoutShared,
    timeout: 900_000,
  }, async t => {
    const root = import.meta.dirname;
    const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
    const played = await playedSetups(t);
    const fromTime = Date.parse(from);
    const toTime = fromTime + BARS * TIMEFRAME_MS[timeframe];
    const markets = [];
    for (const [at, symbol] of symbols.entries()) {
      const all = await readCandleFile(join(sharedData, 'candles', venue, symbol, `${timeframe}.parquet`));
      const first = Math.max(0, barsBefore(all, fromTime) - 200);
      const candles = sliceCandles(all, first, barsBefore(all, toTime));
      // Of the second nobody knows steps or minimums.
      markets.push(recordedMarket(symbol, candles, timeframe, at === 0 ? STEPS : null, 3 * at, kind));
    }
    for (const name of policies) {
      const policy = {
        ...(await loadPolicy(loaded, name)),
        ...(kind === 'swap' && { onOpposite: 'reverse' as const }),
      };
      const costs = kind === 'spot' ? SPOT : SWAP;
      const setup = { markets, policy, costs, initialCash: 20_000, fromTime, toTime };
      const { orders, fills } = await assertPlayed(played, name, setup, timeframe, [20, 70, 110]);
      assert.ok(orders > 2 && fills > 2, `${name}: ${orders} orders, ${fills} fills`);
    }
  });
}
