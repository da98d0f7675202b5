import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sliceCandles } from '../../contracts/candles.ts';
import type { CollectedSeries, CollectionReport } from '../../contracts/collection.ts';
import { queueName } from '../../contracts/queues.ts';
import type { Series } from '../../contracts/series.ts';
import { computeFeatures } from '../../features/batch.ts';
import { schemaHash } from '../../features/schema.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { applyCollectionSchedule, collectionScheduleId } from '../../host/collection-schedule.ts';
import { loadConfig } from '../../host/config.ts';
import { readHomeId } from '../../host/paths.ts';
import { replayHistories } from '../../workers/replay.ts';
import { eventually } from '../support/eventually.ts';
import { definitionsOf } from '../support/features.ts';
import { fetchHistory, recordHistory } from '../support/histories.ts';
import { loopback, market, walk } from '../support/loopback.ts';
import { startCluster } from '../support/temporal.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BTC: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1h' };
const SERIES = ['binance:BTCUSDT/1h', 'binance:ETHUSDT/1h', 'binance:NOPEUSDT/1h'];

/** A cluster whose `binance` is a loopback exchange, where `hour` says how many of its bars have closed. */
async function setUp(t: TestContext) {
  const state = { closed: 700 };
  const start = Math.floor(Date.now() / HOUR) * HOUR - 800 * HOUR;
  const bars = walk(760, '1h', start);
  const exchange = await loopback(t, {
    markets: [market(bars), market(bars, { base: 'ETH' })],
    now: () => start + (state.closed + 0.5) * HOUR,
  });
  const settings = {
    ALPHALOOM__VENUES__BINANCE__KIND: 'spot',
    ALPHALOOM__VENUES__BINANCE__HOST: exchange.address,
    ALPHALOOM__COLLECTION__SERIES: JSON.stringify(SERIES),
  };
  const cluster = await startCluster(t, settings);
  const homeId = await readHomeId(cluster.home);
  let worker = await cluster.startWorker('registry', 'collection');
  /** The venue's clock goes on; a client that measured its offset would not notice, so another process takes over. */
  const close = async (closed: number) => {
    state.closed = closed;
    worker.kill('SIGKILL');
    worker = await cluster.startWorker('registry', 'collection');
  };
  let runs = 0;
  const collect = () =>
    cluster.temporal.client.workflow.execute<() => Promise<CollectionReport>>('collectCandles', {
      workflowId: `collect-${runs++}`,
      taskQueue: queueName('registry', homeId),
    });
  return { close, bars, exchange, settings, cluster, homeId, collect };
}

test('closed bars and their features arrive with each collection; one series’ failure stops no other', async t => {
  const { close, bars, exchange, settings, cluster, homeId, collect } = await setUp(t);
  const { candles, features } = cluster.rooms;

  await t.test(
    'a new series gets its history in a workflow of its own, an unknown symbol its error',
    async () => {
      const { rows } = await collect();
      assert.deepEqual(
        rows.map(({ series, fetching, error }) => [series, fetching, error?.code]),
        SERIES.map(series => [series, true, undefined]),
      );
      const history =
        cluster.temporal.client.workflow.getHandle<() => Promise<readonly CollectedSeries[]>>(
          'history/binance',
        );
      assert.deepEqual(
        (await history.result()).map(row =>
          row.ok ? !row.behind && [row.added, row.lastTime] : row.error.code,
        ),
        [[700, bars.openTime[699]], [700, bars.openTime[699]], 'SYMBOL_UNKNOWN'],
      );
      assert.equal((await features.list()).filter(({ rows: count }) => count === 700).length, 2);
    },
  );

  await t.test('the next bars are added, and their features equal the batch', async () => {
    await close(703);
    const { rows } = await collect();
    assert.deepEqual([rows[0].added, rows[1].added], [3, 3]);
    assert.deepEqual((await candles.read(BTC)).close, bars.close.slice(0, 703));
    const definitions = definitionsOf(FEATURE_SETS.core15);
    const key = { series: BTC, schemaHash: schemaHash(definitions), names: FEATURE_SETS.core15 };
    const expected = computeFeatures(sliceCandles(bars, 0, 703), definitions, '1h', 'float32');
    assert.deepEqual((await features.read(key))?.columns, expected.columns);
  });

  await t.test('bars of before yesterday move into the history', async () => {
    await close(755);
    const { folded } = await collect();
    const yesterday = Math.floor(Date.now() / DAY) * DAY - DAY;
    assert.equal(
      folded,
      2 * bars.openTime.filter((time, row) => row >= 703 && row < 755 && time < yesterday).length,
    );
    assert.ok(folded > 0);
    assert.equal((await candles.check(BTC)).bars, 755);
  });

  await t.test('a venue under maintenance is each series’ error, and nothing is lost', async () => {
    exchange.maintenance = true;
    await close(760);
    const { rows } = await collect();
    exchange.maintenance = false;
    assert.deepEqual(
      rows.map(({ error }) => error?.code),
      ['VENUE_MAINTENANCE', 'VENUE_MAINTENANCE', 'VENUE_MAINTENANCE'],
    );
    assert.equal((await candles.check(BTC)).bars, 755);
  });

  await t.test('what happened replays', async () => {
    const histories = [];
    for (const [name, workflowId] of Object.entries({
      collectCandles: 'collect-0',
      fetchHistories: 'history/binance',
    })) {
      const history = await fetchHistory(cluster.temporal.client, workflowId);
      histories.push({ workflowId, history });
      const when = process.env.ALPHALOOM_RECORD_HISTORIES;
      if (when) await recordHistory(`${when}-${name}`, history);
    }
    assert.equal(await replayHistories(histories), 2);
  });

  await t.test('the schedule is what the configuration says, and runs it', async () => {
    const { client } = cluster.temporal;
    const { config } = await loadConfig({
      environment: settings,
      cwd: cluster.home.root,
      homeRoot: cluster.home.root,
    });
    await applyCollectionSchedule(client, homeId, config);
    await applyCollectionSchedule(client, homeId, {
      ...config,
      collection: { ...config.collection, everyMinutes: 7 },
    });
    const handle = client.schedule.getHandle(collectionScheduleId(homeId));
    const { spec, policies } = await handle.describe();
    assert.deepEqual(spec.intervals, [{ every: 7 * 60_000, offset: 10_000 }]);
    assert.equal(policies.overlap, 'SKIP');
    await handle.trigger();
    await eventually('the schedule ran a collection', async () => {
      return (await handle.describe()).info.recentActions.length > 0;
    });
    await applyCollectionSchedule(client, homeId, {
      ...config,
      collection: { ...config.collection, series: [] },
    });
    await assert.rejects(handle.describe());
    await applyCollectionSchedule(client, homeId, {
      ...config,
      collection: { ...config.collection, series: [] },
    });
  });
});

test('a venue that hangs does not keep the features of another waiting', async t => {
  const start = Math.floor(Date.now() / HOUR) * HOUR - 100 * HOUR;
  const bars = walk(100, '1h', start);
  const [sound, hanging] = await Promise.all(
    [0, 1].map(() => loopback(t, { markets: [market(bars)], now: () => start + 99.5 * HOUR })),
  );
  hanging.script({ path: 'klines', fault: { kind: 'stalled' }, times: 99 });
  const cluster = await startCluster(t, {
    ALPHALOOM__VENUES__BINANCE__KIND: 'spot',
    ALPHALOOM__VENUES__BINANCE__HOST: sound.address,
    ALPHALOOM__VENUES__HANGING__KIND: 'spot',
    ALPHALOOM__VENUES__HANGING__EXCHANGE: 'binance',
    ALPHALOOM__VENUES__HANGING__HOST: hanging.address,
    ALPHALOOM__COLLECTION__SERIES: JSON.stringify(['binance:BTCUSDT/1h', 'hanging:BTCUSDT/1h']),
  });
  for (const series of [BTC, { ...BTC, venue: 'hanging' }])
    await cluster.rooms.candles.append(series, sliceCandles(bars, 0, 90), { kind: 'spot', source: 'test' });
  await cluster.startWorker('registry', 'collection');
  const handle = await cluster.temporal.client.workflow.start('collectCandles', {
    workflowId: 'collect-beside-a-hanging-venue',
    taskQueue: queueName('registry', await readHomeId(cluster.home)),
  });
  await eventually('the sound venue’s features are there', async () => {
    const [stored] = await cluster.rooms.features.list();
    return stored?.lastTime === bars.openTime[98];
  });
  assert.ok(hanging.requests.some(({ fault }) => fault === 'stalled'));
  assert.equal((await handle.describe()).status.name, 'RUNNING');
  await handle.cancel();
  await assert.rejects(handle.result());
});
