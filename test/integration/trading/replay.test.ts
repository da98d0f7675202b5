import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { replayHistories } from '../../../workers/replay.ts';
import { fetchHistory } from '../../support/histories.ts';
import { assertSameDecisions } from '../../support/same-decisions.ts';
import { startTradingCluster, TRADED } from '../../support/trading.ts';

const HOUR = 3_600_000;
const BARS = 150;
const WORKFLOW = 'trade/paper';

test('liveTrading on recorded bars is the backtest of those bars, through Temporal', {
  timeout: 400_000,
}, async t => {
  const cluster = await startTradingCluster(t);
  const { rooms, orchestrator, temporal } = cluster;
  let worker = await cluster.startWorker('trading');
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  const request = {
    symbols: TRADED,
    policy: 'portfolio',
    replay: { fromTime: lastTime - BARS * HOUR, toTime: lastTime + HOUR },
  };
  await cluster.start(request);
  // Wherever it is: what was decided stands, and nothing is sent twice.
  worker.kill('SIGKILL');
  worker = await cluster.startWorker('trading');
  await orchestrator.awaitTrading('paper');
  assert.equal((await rooms.ledger()).account('paper').state, 'stopped');
  const { orders, fills, closes } = await assertSameDecisions(rooms, 'paper');
  assert.ok(
    orders > 5 && fills > 5 && closes === BARS + 1,
    `${orders} orders, ${fills} fills, ${closes} closes`,
  );

  // What it did stands for good: the same bars can't be traded again by the same account.
  await assert.rejects(cluster.start(request), { code: 'ACCOUNT_INVALID', message: /does not go back/ });
  assert.equal((await rooms.ledger()).account('paper').state, 'stopped');

  const history = await fetchHistory(temporal.client, WORKFLOW);
  assert.equal(await replayHistories([{ workflowId: WORKFLOW, history }]), 1);
});
