import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import { backtest } from '../../strategy/backtest.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { drawnBacktests, drawnRuledBacktests } from './reference-cases.ts';
import { differencesOf } from './reference-comparison.ts';
import { referenceBacktest } from './reference-engine.ts';
import { POLICIES, recordedMarket, setupOf } from './reference-series.ts';

/** Trades of both, after they were found to be the same. */
function agreed(setup: BacktestSetup): number {
  const expected = referenceBacktest(setup);
  assert.deepEqual(differencesOf(setup, backtest(setup), expected), []);
  return expected.trades.length;
}

describe('the engine trades as the rule book read by an independent engine in decimals', () => {
  test('on drawn markets, policies, costs and rules: every trade, and the account at every bar', () => {
    fc.assert(
      fc.property(drawnBacktests, setup => {
        agreed(setup);
      }),
      { numRuns: 400 },
    );
  });

  test('with rules on entries, sizes and several symbols: every trade, and what each rule kept back', () => {
    fc.assert(
      fc.property(drawnRuledBacktests, setup => {
        agreed(setup);
      }),
      { numRuns: 400 },
    );
  });

  for (const policy of POLICIES)
    test(`on recorded hours of Bitcoin, spot: ${policy.name}`, async () => {
      const market = await recordedMarket(SAMPLE.path, 'BTCUSD', 'spot', [4_000, 6_500], 0.01);
      assert.ok(agreed(setupOf([market], policy, 1)) > 40);
    });

  for (const policy of POLICIES)
    test(`on four recorded swaps with one purse, through a crash: ${policy.name}`, {
      skip: withoutShared,
    }, async () => {
      const ticks = { BTCUSDT: 0.1, ETHUSDT: 0.01, LINKUSDT: 0.001, ADAUSDT: 0.0001 };
      const markets = await Promise.all(
        Object.entries(ticks).map(([symbol, tick]) =>
          recordedMarket(
            join(sharedData, 'candles/binance-usdm', symbol, '15m.parquet'),
            symbol,
            'swap',
            [33_000, 34_500],
            tick,
          ),
        ),
      );
      assert.ok(agreed(setupOf(markets, policy, 3)) > 100);
      assert.ok(agreed(setupOf(markets, policy, 30)) > 100, 'with liquidations');
    });
});
