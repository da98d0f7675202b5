import assert from 'node:assert/strict';
import test from 'node:test';
import { createCandleStore } from '../../candles/store.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { computeFeatures } from '../../features/batch.ts';
import { withLeader } from '../../features/leader.ts';
import { createSeriesViews } from '../../inference/series-views.ts';
import { TimeLimit } from '../../inference/time-limit.ts';
import { definitionsOf } from '../support/features.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { BARS, BTC, metaOf } from './fixtures.ts';

const LEADER: Series = { ...BTC, symbol: 'ETHUSD' };
const HOUR_MS = 3_600_000;
const FIRST = 500;

function modelOf(changes: Parameters<typeof metaOf>[1] = {}, leader?: string) {
  const meta = metaOf('model', changes);
  const recipe = { ...meta.recipe, features: { ...meta.recipe.features, leader } };
  return { meta: { ...meta, recipe }, features: definitionsOf(meta.featureNames) };
}

async function storeWith(t: test.TestContext, bars: Candles) {
  const now = () => BARS.openTime[BARS.openTime.length - 1] + HOUR_MS;
  const store = createCandleStore(await temporaryHome(t), { now });
  t.after(() => store.close());
  await store.append(BTC, bars, { kind: 'spot', source: 'test' });
  return store;
}

/** Row of the last of `bars`, computed over all of them. */
function expectedRow(bars: Candles, { features }: ReturnType<typeof modelOf>): Float32Array {
  const { columns, rows } = computeFeatures(bars, features, BTC.timeframe, 'float32');
  return Float32Array.from(columns.values(), column => column[rows - 1]);
}

test('the next bar is seen without the history being read again', async t => {
  const store = await storeWith(t, sliceCandles(BARS, 0, FIRST));
  const ranges: unknown[] = [];
  const views = createSeriesViews({
    describe: series => store.describe(series),
    read: (series, range) => {
      ranges.push(range);
      return store.read(series, range);
    },
  });
  const model = modelOf();
  await views.onStore(BTC, TimeLimit.NONE, view => view.window(model));
  await store.appendRecent([{ series: BTC, candles: sliceCandles(BARS, FIRST, FIRST + 1) }]);
  ranges.length = 0;
  const row = await views.onStore(BTC, TimeLimit.NONE, view => view.window(model));
  assert.deepEqual(row, expectedRow(sliceCandles(BARS, 0, FIRST + 1), model));
  assert.ok(
    ranges.every(range => (range as { from: number }).from >= BARS.openTime[FIRST - 1]),
    JSON.stringify(ranges),
  );
});

test('bars that are filled in further back are noticed', async t => {
  const holed = withoutBars(sliceCandles(BARS, 0, FIRST), 400, 410);
  const store = await storeWith(t, holed);
  const views = createSeriesViews(store);
  const model = modelOf();
  assert.deepEqual(
    await views.onStore(BTC, TimeLimit.NONE, view => view.window(model)),
    expectedRow(holed, model),
  );
  await store.append(BTC, sliceCandles(BARS, 400, 410), { kind: 'spot', source: 'test' });
  const whole = sliceCandles(BARS, 0, FIRST);
  assert.deepEqual(
    await views.onStore(BTC, TimeLimit.NONE, view => view.window(model)),
    expectedRow(whole, model),
  );
});

test('questions about one series at the same time get the same answer', async t => {
  const store = await storeWith(t, sliceCandles(BARS, 0, FIRST));
  const views = createSeriesViews(store);
  const model = modelOf();
  const rows = await Promise.all(
    Array.from({ length: 10 }, () => views.onStore(BTC, TimeLimit.NONE, view => view.window(model))),
  );
  for (const row of rows) assert.deepEqual(row, expectedRow(sliceCandles(BARS, 0, FIRST), model));
});

test('a model with a leader waits for the leader’s bar, and then sees what training saw', async t => {
  const store = await storeWith(t, sliceCandles(BARS, 0, FIRST));
  const leader = { ...BARS, close: BARS.high };
  await store.append(LEADER, sliceCandles(leader, 0, FIRST - 1), { kind: 'spot', source: 'test' });
  const views = createSeriesViews(store);
  const model = modelOf({}, `${LEADER.venue}:${LEADER.symbol}`);
  await assert.rejects(
    views.onStore(BTC, TimeLimit.NONE, view => view.window(model)),
    { code: 'CANDLES_STALE' },
  );
  await store.appendRecent([{ series: LEADER, candles: sliceCandles(leader, FIRST - 1, FIRST) }]);
  const bars = withLeader(sliceCandles(BARS, 0, FIRST), leader, HOUR_MS);
  assert.deepEqual(
    await views.onStore(BTC, TimeLimit.NONE, view => view.window(model)),
    expectedRow(bars, model),
  );
});

/** Without bars `from` to `to` (exclusive). */
function withoutBars(bars: Candles, from: number, to: number): Candles {
  const keep = (column: Float64Array) => column.filter((_, i) => i < from || i >= to);
  return {
    openTime: keep(bars.openTime),
    open: keep(bars.open),
    high: keep(bars.high),
    low: keep(bars.low),
    close: keep(bars.close),
    volume: keep(bars.volume),
  };
}
