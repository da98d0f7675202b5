import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { playVersions } from '../../../evaluation/version-backtest/play-versions.ts';
import { loadConfig } from '../../../host/config.ts';
import { loadPolicy } from '../../../host/policies.ts';
import { defaultRequest } from '../../../cli/backtest-request.ts';
import { SECOND, startTradingCluster } from '../../support/trading.ts';

const HOUR = 3_600_000;

test('recorded bars traded on paper are the backtest of those bars, fill by fill', { timeout: 240_000 }, async t => {
  const cluster = await startTradingCluster(t);
  const { rooms, home } = cluster;
  await cluster.startWorker('trading');
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  const bars = 400;
  const fromTime = lastTime - bars * HOUR;
  const toTime = lastTime + HOUR;
  const policy = 'portfolio';
  const started = Date.now();
  await cluster.start({
    symbols: [SAMPLE.series, SECOND].map(({ symbol, timeframe }) => ({ symbol, timeframe })),
    policy,
    replay: { fromTime, toTime },
  });
  await cluster.orchestrator.awaitTrading('paper');
  console.log('took', Date.now() - started, 'ms');
  const record = rooms.ledger.account('paper');
  const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
  const { result } = await playVersions(
    rooms,
    {
      ...(await defaultRequest(loaded)),
      policy: await loadPolicy(loaded, policy),
      markets: [SAMPLE.series, SECOND].map(series => ({ series, model: { kind: 'champion' }, funding: null })),
      fromTime,
      toTime: lastTime + 1,
      costs: record.costs,
      allowSeen: true,
      ignoreAge: true,
    },
    () => {},
  );
  const range = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
  const trades = rooms.ledger.trades('paper', range);
  console.log(result.trades.length, trades.length, record.closes, rooms.ledger.check('paper'));
  console.log(result.trades.slice(0, 2), trades.slice(0, 2), rooms.ledger.positions('paper'));
  console.log(rooms.ledger.decisions('paper', range).slice(0, 2));
  assert.ok(trades.length > 0);
});
