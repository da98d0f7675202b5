import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { assertSameDecisions } from '../../support/same-decisions.ts';
import { startTradingCluster, TRADED } from '../../support/trading.ts';

const HOUR = 3_600_000;

test('liveTrading on recorded bars is the backtest of those bars, through Temporal', {
  timeout: 300_000,
}, async t => {
  const cluster = await startTradingCluster(t);
  await cluster.startWorker('trading');
  const { lastTime } = await cluster.rooms.candles.describe(SAMPLE.series);
  await cluster.start({
    symbols: TRADED,
    policy: 'balanced',
    replay: { fromTime: lastTime - 400 * HOUR, toTime: lastTime + HOUR },
  });
  await cluster.orchestrator.awaitTrading('paper');
  assert.equal(cluster.rooms.ledger.account('paper').state, 'stopped');
  const { orders, fills, closes } = await assertSameDecisions(cluster.rooms, 'paper');
  assert.ok(orders > 5 && fills > 5 && closes === 401, `${orders} orders, ${fills} fills, ${closes} closes`);
});
