import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fetchRecent } from '../../candles/fetch/recent.ts';
import { createCandleStore } from '../../candles/store.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { loopback, market, venueAt, walk, without } from '../support/loopback.ts';
import { sameBits, temporaryFolder } from './fixtures.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2023, 0, 1);
const BTC: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1h' };
const ETH: Series = { ...BTC, symbol: 'ETHUSDT' };
const NONE: Series = { ...BTC, symbol: 'NOPEUSDT' };
const BARS = walk(200, '1h', START);

/** An exchange with BTC and ETH, at half past the hour after `bars`, and a store that holds the first `stored` of them. */
async function setUp(t: TestContext, { bars = 120, stored = 100, served = BARS } = {}) {
  const state = { bars };
  const exchange = await loopback(t, {
    markets: [market(served), market(served, { base: 'ETH' })],
    now: () => BARS.openTime[state.bars - 1] + 1.5 * HOUR,
  });
  const venue = await venueAt(t, exchange, { now: () => BARS.openTime[state.bars - 1] + 1.5 * HOUR });
  const store = createCandleStore(temporaryFolder(t), { now: Date.now });
  t.after(() => store.close());
  for (const series of [BTC, ETH])
    await store.append(series, sliceCandles(served, 0, stored), { kind: 'spot', source: 'test' });
  const klines = () => exchange.requests.filter(({ path }) => path === 'klines').length;
  return { state, exchange, venue, store, klines };
}

test('what closed since is stored for all series, the unfinished bar is not', async t => {
  const { venue, store } = await setUp(t);
  const rows = await fetchRecent(store, venue, [BTC, ETH], {});
  assert.deepEqual(
    rows,
    [BTC, ETH].map(series => ({ series, state: 'stored', added: 20, lastTime: BARS.openTime[119] })),
  );
  for (const series of [BTC, ETH])
    assert.ok(sameBits(await store.read(series), sliceCandles(BARS, 0, 120)), series.symbol);
});

test('a series costs one question, and none while nothing has closed', async t => {
  const { venue, store, klines, state } = await setUp(t);
  await fetchRecent(store, venue, [BTC, ETH], {});
  assert.equal(klines(), 2);
  await fetchRecent(store, venue, [BTC, ETH], {});
  assert.equal(klines(), 2);
  state.bars++;
  const rows = await fetchRecent(store, venue, [BTC], {});
  assert.equal(klines(), 3);
  assert.deepEqual(rows, [{ series: BTC, state: 'stored', added: 1, lastTime: BARS.openTime[120] }]);
});

test('the rules of the market are kept with its bars', async t => {
  const { venue, store } = await setUp(t);
  await fetchRecent(store, venue, [BTC], {});
  assert.equal((await store.describe(BTC)).market?.unifiedSymbol, 'BTC/USDT');
});

test('a series without history, or with more missing than an answer holds, is told as behind', async t => {
  const long = walk(1_200, '1h', START);
  const exchange = await loopback(t, {
    markets: [market(long)],
    now: () => long.openTime[1_199] + 1.5 * HOUR,
  });
  const venue = await venueAt(t, exchange, { now: () => long.openTime[1_199] + 1.5 * HOUR });
  const store = createCandleStore(temporaryFolder(t), { now: Date.now });
  t.after(() => store.close());
  await store.append(BTC, sliceCandles(long, 0, 50), { kind: 'spot', source: 'test' });
  assert.deepEqual(await fetchRecent(store, venue, [BTC, ETH], {}), [
    { series: BTC, state: 'behind' },
    { series: ETH, state: 'behind' },
  ]);
});

test('a symbol that the venue does not list stops no other', async t => {
  const { venue, store } = await setUp(t);
  await store.append(NONE, sliceCandles(BARS, 0, 100), { kind: 'spot', source: 'test' });
  const [none, btc] = await fetchRecent(store, venue, [NONE, BTC], {});
  assert.equal(none.state === 'failed' && none.error.code, 'SYMBOL_UNKNOWN');
  assert.equal(btc.state, 'stored');
});

test('bars are asked for from the newest stored one on; a hole before it is left to a fetch', async t => {
  const { venue, store } = await setUp(t);
  await store.appendRecent([{ series: BTC, candles: sliceCandles(BARS, 110, 111) }]);
  const [row] = await fetchRecent(store, venue, [BTC], {});
  assert.deepEqual(row, { series: BTC, state: 'stored', added: 9, lastTime: BARS.openTime[119] });
  assert.equal((await store.check(BTC)).gaps.length, 1);
});

test('a hole between bars of one answer is the venue’s', async t => {
  const isMissing = (time: number) => time === BARS.openTime[100] || time === BARS.openTime[105];
  const { venue, store } = await setUp(t, { served: without(BARS, isMissing) });
  await fetchRecent(store, venue, [BTC], {});
  assert.deepEqual(await store.absences(BTC), [
    { fromTime: BARS.openTime[100], toTime: BARS.openTime[100] },
    { fromTime: BARS.openTime[105], toTime: BARS.openTime[105] },
  ]);
});

test('a venue that hangs for one series keeps no other waiting', async t => {
  const { exchange, venue, store } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'stalled' } });
  const rows = await fetchRecent(store, venue, [BTC, ETH], {}, 300);
  const failed = rows.filter(row => row.state === 'failed');
  assert.equal(failed.length, 1);
  assert.equal(failed[0].error.code, 'VENUE_UNREACHABLE');
  assert.match(failed[0].error.message, /binance did not answer within 0.3 s/);
  assert.equal(rows.filter(row => row.state === 'stored' && row.added === 20).length, 1);
});

test('a venue that hangs for all is not asked for each', async t => {
  const { exchange, venue, store, klines } = await setUp(t);
  const many = Array.from({ length: 45 }, (_, index) => ({ ...BTC, symbol: `C${index}USDT` }));
  const market = await venue.market('BTCUSDT');
  for (const series of many) {
    await store.append(series, sliceCandles(BARS, 0, 100), { kind: 'spot', source: 'test' });
    await store.recordMarket(series, market);
  }
  exchange.script({ path: 'klines', fault: { kind: 'stalled' }, times: 99 });
  const rows = await fetchRecent(store, venue, many, {}, 300);
  assert.ok(rows.every(row => row.state === 'failed' && row.error.code === 'VENUE_UNREACHABLE'));
  assert.equal(rows.length, 45);
  assert.equal(klines(), 40);
});

test('a venue’s bars are not added to generated ones', async t => {
  const { venue, store, klines } = await setUp(t);
  await store.remove(BTC);
  const made = { kind: 'spot', source: 'generated', synthetic: true } as const;
  await store.append(BTC, sliceCandles(BARS, 0, 100), made);
  const [row] = await fetchRecent(store, venue, [BTC], {});
  assert.equal(row.state === 'failed' && row.error.code, 'CANDLES_CONFLICT');
  assert.equal(klines(), 0);
  assert.equal((await store.describe(BTC)).bars, 100);
});
