import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { loadConfig } from '../../../host/config.ts';
import { startAccount } from '../../../host/trading/start-account.ts';
import { replayHistories } from '../../../workers/replay.ts';
import { fetchHistory, recordHistory } from '../../support/histories.ts';
import { startCluster } from '../../support/temporal.ts';

const HOUR = 3_600_000;
const WORKFLOW = 'trade/paper';

test('an account without a model works on every close, enters nothing, stops as told, and its history replays', {
  timeout: 300_000,
}, async t => {
  const { rooms, home, environment, orchestrator, temporal, startWorker } = await startCluster(t);
  await startWorker('trading');
  const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
  const { symbol, timeframe } = SAMPLE.series;
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  await startAccount(
    { rooms, loaded, environment, orchestrator, isEmbedded: true },
    {
      account: 'paper',
      symbols: [{ symbol, timeframe }],
      policy: 'as-labelled',
      iterations: 20,
      replay: { fromTime: lastTime - 100 * HOUR, toTime: lastTime },
      understandsRisk: false,
      actor: 'test',
    },
  );
  await orchestrator.awaitTrading('paper');
  const { state, closes, lastCloseTime } = (await rooms.ledger()).account('paper');
  assert.deepEqual([state, closes, lastCloseTime], ['stopped', 20, lastTime - 80 * HOUR]);
  const ever = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
  assert.equal((await rooms.ledger()).decisions('paper', ever).length, 20);
  assert.deepEqual((await rooms.ledger()).orders('paper', ever), []);

  const history = await fetchHistory(temporal.client, WORKFLOW);
  // Set by hand when a change to the workflow deserves a new recording beside the old ones.
  const when = process.env.ALPHALOOM_RECORD_HISTORIES;
  if (when) await recordHistory(`${when}-liveTrading`, history);
  assert.equal(await replayHistories([{ workflowId: WORKFLOW, history }]), 1);
});
