import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestMarket, BacktestSetup } from '../../contracts/backtest.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { policyOf, setupOf, USUAL_COSTS } from '../strategy/bars.ts';
import { stepped } from '../support/backtest-story.ts';
import { playedSetups } from '../support/played-setups.ts';
import { orderLine } from '../support/same-decisions.ts';
import { EVER } from '../support/trading.ts';
import { tradeInProcess } from '../support/trading-in-process.ts';

const START = Date.UTC(2024, 0, 1);
const SHORT_BARS = 96;

test('symbols of different timeframes in one account each trade as they would alone', {
  timeout: 120_000,
}, async t => {
  const played = await playedSetups(t);
  const timeframes: readonly Timeframe[] = ['15m', '1h'];
  let accounts = 0;
  await fc.assert(
    fc.asyncProperty(
      marketArbitrary('AAAUSD', '15m', SHORT_BARS),
      marketArbitrary('BBBUSD', '1h', SHORT_BARS / 4),
      async (short, long) => {
        const setup = shared([short, long]);
        const account = `mixed${accounts++}`;
        await played.account(account, setup, timeframes);
        const trading = await played.trading();
        await tradeInProcess(trading, account);
        await trading.close();
        const alone = [short, long].flatMap(
          (market, at) => stepped(shared([market]), TIMEFRAME_MS[timeframes[at]]).orders,
        );
        const sent = played.ledger.orders(account, EVER).map(orderLine);
        assert.deepEqual(sent.map(withoutSize).sort(), alone.map(withoutSize).sort());
        assert.deepEqual(played.ledger.check(account), []);
      },
    ),
    { numRuns: 4, seed: 20_260_302, endOnFailure: true },
  );
});

/** Each takes a tenth of the purse, so that neither is ever in the other's way. */
function shared(markets: readonly BacktestMarket[]): BacktestSetup {
  return setupOf(markets, {
    policy: policyOf({
      sizing: { kind: 'fraction', fraction: 0.1 },
      exits: { stop: { kind: 'percent', percent: 2 }, target: { kind: 'percent', percent: 3 }, maxBars: 5 },
      onOpposite: 'reverse',
    }),
    costs: USUAL_COSTS,
    initialCash: 100_000,
    fromTime: START,
    toTime: START + SHORT_BARS * TIMEFRAME_MS['15m'],
  });
}

function marketArbitrary(symbol: string, timeframe: Timeframe, bars: number): fc.Arbitrary<BacktestMarket> {
  const row = fc.record({
    move: fc.integer({ min: -15, max: 15 }),
    range: fc.nat(10),
    direction: fc.constantFrom(-1, -1, 0, 1, 2),
  });
  return fc.array(row, { minLength: bars, maxLength: bars }).map(rows => {
    const closes: number[] = [];
    for (const { move } of rows) closes.push((closes.at(-1) ?? 1_000) * (1 + move / 1_000));
    const opens = closes.map((_, at) => closes[at - 1] ?? 1_000);
    const barMs = TIMEFRAME_MS[timeframe];
    return {
      symbol,
      kind: 'swap' as const,
      candles: {
        openTime: Float64Array.from(rows, (_, at) => START + at * barMs),
        open: Float64Array.from(opens),
        high: Float64Array.from(rows, ({ range }, at) => Math.max(opens[at], closes[at]) + range),
        low: Float64Array.from(rows, ({ range }, at) => Math.min(opens[at], closes[at]) - range),
        close: Float64Array.from(closes),
        volume: new Float64Array(bars).fill(100),
      },
      signals: {
        direction: Int8Array.from(rows, ({ direction }) => direction),
        volatility: new Float64Array(bars).fill(10),
      },
      labels: { kind: 'triple-barrier' as const, horizonBars: 4, upAtr: 2, downAtr: 1 },
      rules: null,
      funding: null,
      barMs,
    };
  });
}

function withoutSize(line: string): string {
  return line.split(' ').slice(0, 4).join(' ');
}
