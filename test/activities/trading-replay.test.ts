import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { policySchema } from '../../contracts/policy.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { sampleRooms } from '../support/rooms.ts';
import { assertSameDecisions } from '../support/same-decisions.ts';
import { addChampions, TRADED, tradingIn } from '../support/trading.ts';
import { tradeInProcess } from '../support/trading-in-process.ts';

const HOUR = 3_600_000;
const BARS = 300;

const POLICIES = {
  'the whole equity in turn': {},
  'a fifth each, a tenth of a bar’s volume': {
    sizing: { kind: 'fraction', fraction: 0.2 },
    maxVolumeShare: 0.1,
  },
  'limit entries that may lapse': {
    entry: { order: 'limit', offsetBps: 20, validBars: 3 },
    sizing: { kind: 'fraction', fraction: 0.3 },
  },
  'targets in three steps and a trailing stop': {
    sizing: { kind: 'fraction', fraction: 0.5 },
    exits: {
      stop: { kind: 'atr', multiple: 2 },
      target: { kind: 'atr', multiple: 3 },
      targetShares: { tp1: 0.3, tp2: 0.4, tp3: 0.3 },
      trailing: { distanceAtr: 2, afterAtr: 1 },
    },
  },
  'all limits of risk': {
    sizing: { kind: 'volatility-target', annualVolatility: 0.5, lookbackBars: 50, fraction: 0.5 },
    everyBars: 2,
    risk: {
      maxTradesPerDay: 4,
      cooldownMinutes: 60,
      maxPosition: 0.4,
      maxGrossExposure: 0.7,
      correlated: { maxExposure: 0.6, correlation: 0.5, bars: 100 },
      maxDailyLoss: 0.03,
      maxDrawdown: 0.2,
    },
  },
} as const;

test('recorded bars, traded on paper, are the backtest of those bars', { timeout: 600_000 }, async t => {
  const rooms: OpenRooms = await sampleRooms(t);
  await addChampions(rooms);
  const trading = await tradingIn(rooms);
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  let compared = 0;
  for (const [what, changes] of Object.entries(POLICIES)) {
    await t.test(what, async () => {
      const account = `paper-${++compared}`;
      await (await rooms.ledger()).putAccount(
        null,
        {
          account,
          mode: 'paper',
          venue: SAMPLE.series.venue,
          kind: SAMPLE.kind,
          quote: 'USD',
          clock: { kind: 'replay', fromTime: lastTime - BARS * HOUR, toTime: lastTime + HOUR },
          symbols: TRADED,
          policy: policySchema.parse({ name: 'tried', ...changes }),
          costs: { feeBps: 10, halfSpreadBps: 1, slippageBps: 2, feeCurrency: 'received' },
          capital: '10000',
          iterations: null,
        },
        { actor: 'test', operationId: `put ${account}`, now: lastTime },
      );
      await (await rooms.ledger()).changeState({
        account,
        from: ['stopped'],
        to: 'running',
        reason: 'started',
        actor: 'test',
        operationId: `start ${account}`,
        now: lastTime,
      });
      assert.equal(await tradeInProcess(trading, account), 'all recorded bars are played');
      const { orders, fills, closes } = await assertSameDecisions(rooms, account);
      assert.ok(
        orders > 5 && fills > 5 && closes === BARS + 1,
        `${orders} orders, ${fills} fills, ${closes} closes`,
      );
    });
  }
  await trading.close();
});
