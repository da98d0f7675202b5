import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type FetchRequest, fetchCandles } from '../../candles/fetch/index.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { createCandleStore } from '../../candles/store.ts';
import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { PageStyle } from '../../venues/loopback/answers.ts';
import type { Fault } from '../../venues/loopback/faults.ts';
import type { VenueClient } from '../../venues/venue-client.ts';
import { loopback, market, venueAt, walk, without } from '../support/loopback.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { sameBits, temporaryFolder } from './fixtures.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2023, 0, 1);
const BTC: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1h' };

interface SetUp {
  readonly served: Candles;
  readonly now?: () => number;
  readonly pageStyle?: PageStyle;
  readonly series?: Series;
}

/** A store, and an exchange with one market, its clock an hour and a half after the last bar's open. */
async function setUp(t: TestContext, { served, now, pageStyle, series = BTC }: SetUp) {
  const { openTime } = served;
  const durationMs = TIMEFRAME_MS[series.timeframe];
  const clock = now ?? (() => openTime[openTime.length - 1] + 1.5 * durationMs);
  const exchange = await loopback(t, {
    markets: [market(served, { timeframe: series.timeframe })],
    now: clock,
    pageStyle,
  });
  const venue = await venueAt(t, exchange);
  const store = createCandleStore(temporaryFolder(t), { now: Date.now });
  t.after(() => store.close());
  /** A run of its own, by a client that has yet to learn the venue's clock. */
  const fetch = async (changes: Partial<FetchRequest> = {}, client?: VenueClient) =>
    fetchCandles(store, client ?? (await venueAt(t, exchange)), {
      series,
      symbol: series.symbol,
      since: openTime[0],
      until: null,
      batch: { bars: 2_500, ms: 60_000 },
      signal: new AbortController().signal,
      monotonicMs: () => performance.now(),
      onProgress: () => {},
      onRetry: () => {},
      ...changes,
    });
  /** Klines asked for since the last call. */
  let seen = 0;
  const asked = () => {
    const klines = exchange.requests.filter(({ path }) => path === 'klines').map(({ query }) => query);
    const fresh = klines.slice(seen);
    seen = klines.length;
    return fresh;
  };
  return { exchange, venue, store, fetch, asked };
}

/** Rows of the served bars by open time. */
function between(candles: Candles, from: number, to: number): Candles {
  return sliceCandles(candles, barsBefore(candles, from), barsBefore(candles, to));
}

test('a new series is fetched whole, begins at since, and knows its market', async t => {
  const served = walk(5_300, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  const progress: number[] = [];
  const report = await fetch({ onProgress: ({ share }) => progress.push(share) });
  assert.ok(sameBits(await store.read(BTC), served));
  assert.deepEqual(
    [report.added, report.skipped, report.absent, report.pendingBars, report.interrupted],
    [5_300, 0, [], 0, false],
  );
  assert.ok(report.barsPerSecond > 0);
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  assert.equal(progress.at(-1), 1);
  const summary = await store.describe(BTC);
  assert.deepEqual(
    [summary.anchorTime, summary.source, summary.market?.unifiedSymbol],
    [START, 'binance', 'BTC/USDT'],
  );
});

test('a finished series asks only for what is new', async t => {
  const served = walk(3_100, '1h', START);
  let now = START + 3_000 * HOUR + 60_000;
  const { store, fetch, asked } = await setUp(t, { served, now: () => now });
  await fetch();
  asked();
  assert.equal((await fetch()).added, 0);
  assert.deepEqual(asked(), []);
  now += 50 * HOUR;
  assert.equal((await fetch()).added, 50);
  assert.deepEqual(
    asked().map(query => Number(query.get('startTime'))),
    [START + 3_000 * HOUR],
  );
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + 3_050 * HOUR)));
});

test('the unfinished bar is never stored', async t => {
  const served = walk(48, '1h', START);
  let now = START + 10 * HOUR + 1_800_000;
  const { store, fetch } = await setUp(t, { served, now: () => now });
  await fetch();
  assert.equal((await store.describe(BTC)).lastTime, START + 9 * HOUR);
  now += HOUR;
  await fetch();
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + 11 * HOUR)));
});

for (const aheadMs of [-20 * 60_000, 20 * 60_000]) {
  test(`with a venue whose clock is ${aheadMs} ms from ours, the venue’s says what is closed`, async t => {
    const minute = 60_000;
    const here = Math.floor(Date.now() / minute) * minute;
    const served = walk(200, '1m', here - 100 * minute);
    const series: Series = { ...BTC, timeframe: '1m' };
    const { store, fetch } = await setUp(t, { served, series, now: () => here + aheadMs + 30_000 });
    await fetch();
    const closed = between(served, 0, here + aheadMs);
    // Our own clock may pass into the next minute while this runs, the venue's stands still.
    const stored = await store.read(series);
    assert.ok(sameBits(stored, closed), `${stored.openTime.length} of ${closed.openTime.length} bars`);
  });
}

test('until ends the stretch, and more is added to it later', async t => {
  const served = walk(500, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  await fetch({ until: START + 100 * HOUR });
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + 100 * HOUR)));
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
});

test('older bars are fetched backwards from the stored ones, which keep their anchor', async t => {
  const served = walk(9_000, '1h', START);
  const { store, fetch, asked } = await setUp(t, { served });
  await fetch({ since: START + 8_000 * HOUR });
  asked();
  const report = await fetch();
  assert.equal(report.added, 8_000);
  assert.ok(sameBits(await store.read(BTC), served));
  assert.equal((await store.describe(BTC)).anchorTime, START + 8_000 * HOUR);
  const starts = asked()
    .filter(query => query.get('interval') === '1h')
    .map(query => Number(query.get('startTime')));
  assert.ok(starts[0] > starts[starts.length - 1], 'the newest part comes first');
});

test('backwards, whatever was stored before a stop joins the rest without a hole', async t => {
  const served = walk(9_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  await fetch({ since: START + 8_000 * HOUR });
  exchange.script({ path: 'klines', fault: { kind: 'empty' }, after: 5, times: 8 });
  await assert.rejects(fetch({ batch: { bars: 1_000, ms: 60_000 } }), { code: 'VENUE_ANSWER_INVALID' });
  const { firstTime, gaps } = await store.describe(BTC);
  assert.ok(firstTime < START + 8_000 * HOUR && firstTime > START);
  assert.equal(gaps, 0);
  exchange.clearScript();
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
});

test('where the venue’s days do not begin at midnight UTC, shorter bars tell where a market begins', async t => {
  const listed = START + 90 * DAY;
  const { exchange, venue, store } = await setUp(t, {
    served: walk(300, '1h', listed),
    pageStyle: 'window',
  });
  const asked: string[] = [];
  const elsewhere: VenueClient = {
    ...venue,
    async bars(market, question, options) {
      asked.push(question.timeframe);
      if (question.timeframe !== '1d') return await venue.bars(market, question, options);
      throw new AlphaloomError('VENUE_ANSWER_INVALID', 'the day opens at 16:00');
    },
  };
  const { firstTime, added } = await fetchCandles(store, elsewhere, {
    series: BTC,
    symbol: BTC.symbol,
    since: START,
    until: null,
    batch: { bars: 2_500, ms: 60_000 },
    signal: new AbortController().signal,
    monotonicMs: () => performance.now(),
    onProgress: () => {},
    onRetry: () => {},
  });
  assert.deepEqual([firstTime, added], [listed, 300]);
  assert.deepEqual([...new Set(asked)].sort(), ['1d', '1h', '4h']);
  assert.ok(exchange.requests.length < 20);
});

for (const pageStyle of ['first-bars', 'window'] as const) {
  test(`gaps are recorded as absent and not asked for again (${pageStyle})`, async t => {
    const inPage = { from: START + 50 * HOUR, to: START + 60 * HOUR };
    const overPages = { from: START + 990 * HOUR, to: START + 3_700 * HOUR };
    const served = without(walk(6_000, '1h', START), time =>
      [inPage, overPages].some(({ from, to }) => time >= from && time < to),
    );
    const { store, fetch, asked } = await setUp(t, { served, pageStyle });
    const report = await fetch();
    assert.ok(sameBits(await store.read(BTC), served));
    assert.deepEqual(report.absent, [
      { fromTime: inPage.from, toTime: inPage.to - HOUR },
      { fromTime: overPages.from, toTime: overPages.to - HOUR },
    ]);
    assert.deepEqual(
      await store.absences(BTC),
      (await store.absences(BTC)).toSorted((a, b) => a.fromTime - b.fromTime),
    );
    asked();
    await fetch();
    assert.deepEqual(asked(), []);
  });

  test(`a market listed years after since is found in a few questions (${pageStyle})`, async t => {
    const series: Series = { ...BTC, timeframe: '1m' };
    const listed = START + 17 * HOUR + 12 * 60_000;
    const served = walk(4_000, '1m', listed);
    const { store, fetch, asked } = await setUp(t, { served, series, pageStyle });
    await fetch({ since: Date.UTC(2015, 0, 1) });
    assert.ok(sameBits(await store.read(series), served));
    assert.equal((await store.describe(series)).anchorTime, listed);
    const count = asked().length;
    assert.ok(count <= 16, `${count} questions for 8 years of minutes`);
    await fetch({ since: Date.UTC(2015, 0, 1) });
    assert.deepEqual(asked(), []);
  });

  test(`older bars that the venue does not have are not asked for for ever (${pageStyle})`, async t => {
    const served = walk(3_000, '1h', START);
    const { store, fetch, asked } = await setUp(t, { served, pageStyle });
    await fetch({ since: START + 2_500 * HOUR });
    await fetch({ since: START - 200 * DAY });
    assert.ok(sameBits(await store.read(BTC), served));
    asked();
    await fetch({ since: START - 200 * DAY });
    assert.deepEqual(asked(), []);
  });

  test(`a delisted market is complete where its bars end (${pageStyle})`, async t => {
    const served = walk(2_000, '1h', START);
    const { fetch, asked } = await setUp(t, { served, pageStyle, now: () => START + 400 * DAY });
    const report = await fetch({ until: START + 300 * DAY });
    assert.equal(report.added, 2_000);
    asked();
    await fetch({ until: START + 300 * DAY });
    assert.deepEqual(asked(), []);
  });
}

test('bars that are missing at the end are asked for again, until it is settled that there are none', async t => {
  const all = walk(1_010, '1h', START);
  const late = { from: START + 1_000 * HOUR, to: START + 1_005 * HOUR };
  let now = START + 1_005 * HOUR + 60_000;
  const served = without(all, time => time >= late.from && time < late.to);
  const { store, fetch } = await setUp(t, { served, now: () => now });
  const first = await fetch();
  assert.deepEqual([first.pendingBars, first.absent], [5, []]);
  now += 3 * HOUR;
  const second = await fetch();
  assert.deepEqual(
    [second.pendingBars, second.absent],
    [0, [{ fromTime: late.from, toTime: late.to - HOUR }]],
  );
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + 1_008 * HOUR)));
});

test('maintenance is told from an absence of bars', async t => {
  const served = walk(1_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served, now: () => START + 1_005 * HOUR + 60_000 });
  exchange.announcedMaintenance = true;
  await assert.rejects(fetch(), { code: 'VENUE_MAINTENANCE', message: /last 5 bars/ });
  assert.ok(sameBits(await store.read(BTC), served), 'what there was is stored');
  assert.deepEqual(await store.absences(BTC), []);
});

test('an empty list that is not there the next time is no absence', async t => {
  const served = walk(3_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  exchange.script({ path: 'klines', fault: { kind: 'no-bars' }, after: 1 });
  const report = await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
  assert.deepEqual(report.absent, []);
});

test('one empty list does not make years absent: older bars are looked for twice', async t => {
  const served = walk(9_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  await fetch({ since: START + 8_000 * HOUR });
  exchange.script({ path: 'klines', fault: { kind: 'no-bars' } });
  const report = await fetch();
  assert.deepEqual(report.absent, []);
  assert.ok(sameBits(await store.read(BTC), served));
});

test('a market in which little is traded is a series like any other', async t => {
  const served = without(walk(600, '1h', START), time => (time / HOUR) % 3 !== 0);
  const { store, fetch } = await setUp(t, { served });
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
});

test('bars that closed by the venue’s clock pass a check by a clock that is behind', async t => {
  const minute = 60_000;
  const here = Math.floor(Date.now() / minute) * minute;
  const series: Series = { ...BTC, timeframe: '1m' };
  const served = walk(200, '1m', here - 100 * minute);
  const { store, fetch } = await setUp(t, { served, series, now: () => here + 20 * minute });
  await fetch();
  const { lastTime, quality } = await store.check(series);
  assert.deepEqual([lastTime, quality.ageBars], [here + 19 * minute, 0]);
});

for (const fault of [
  { kind: 'duplicates' },
  { kind: 'overlapping', bars: 7 },
  { kind: 'unsorted' },
] as const satisfies Fault[]) {
  test(`${fault.kind} pages come out exact`, async t => {
    const served = walk(3_500, '1h', START);
    const { exchange, store, fetch } = await setUp(t, { served });
    exchange.script({ path: 'klines', fault, times: 99 });
    const report = await fetch();
    assert.ok(sameBits(await store.read(BTC), served));
    assert.deepEqual(report.absent, []);
  });
}

/** An exchange that lacks some of the last day's bars at first, by a clock that goes with ours. */
async function setUpLate(t: TestContext) {
  const end = Math.floor(Date.now() / HOUR) * HOUR;
  const whole = walk(300, '1h', end - 300 * HOUR);
  const late = [end - 200 * HOUR, end - 9 * HOUR, end - 6 * HOUR, end - 5 * HOUR];
  const { store, fetch } = await setUp(t, { served: without(whole, time => late.includes(time)) });
  const filled = await loopback(t, { markets: [market(whole)], now: () => end + HOUR / 2 });
  const since = whole.openTime[0];
  const again = async (changes: Partial<FetchRequest> = {}) =>
    fetch({ since, ...changes }, await venueAt(t, filled));
  const klines = () => filled.requests.filter(({ path }) => path === 'klines').length;
  return { whole, late, store, fetch, again, klines };
}

test('gaps of the last day that the venue filled later are filled, with one question for all', async t => {
  const { whole, late, store, fetch, again, klines } = await setUpLate(t);
  assert.equal((await fetch()).absent.length, 3);
  const report = await again();
  assert.deepEqual([report.added, report.absent, klines()], [3, [], 1]);
  assert.ok(
    sameBits(
      await store.read(BTC),
      without(whole, time => time === late[0]),
    ),
  );
});

test('what the venue still lacks stays absent, and what it lacked of a gap is asked for again', async t => {
  const { fetch, again, store, late } = await setUpLate(t);
  await fetch();
  const report = await fetch();
  assert.deepEqual([report.added, report.absent.length], [0, 2]);
  assert.equal((await store.absences(BTC)).length, 3);
  assert.equal((await again({ until: late[2] })).added, 1);
});

test('asked again, gaps that were found absent long after they were over are filled too', async t => {
  const { whole, store, fetch, again, klines } = await setUpLate(t);
  await fetch();
  const report = await again({ again: true });
  assert.deepEqual([report.added, report.absent], [4, []]);
  assert.ok(sameBits(await store.read(BTC), whole));
  const asked = klines();
  assert.equal((await again({ again: true })).added, 0);
  assert.equal(klines(), asked);
});

test('a page that contradicts an earlier one is refused, and nothing doubtful is stored', async t => {
  const served = walk(6_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  const fault = { kind: 'overlapping-otherwise', bars: 5 } as const;
  exchange.script({ path: 'klines', fault, after: 3 });
  await assert.rejects(fetch({ batch: { bars: 1e9, ms: 1e9 } }), {
    code: 'VENUE_ANSWER_INVALID',
    message: /contradicts itself about the bar 2023-/,
  });
  const stored = await store.read(BTC);
  const bars = stored.openTime.length;
  // Pages come in any order; whichever it was, the bar it contradicts ended the page before.
  assert.equal(bars % 1_000, 999);
  assert.ok(sameBits(stored, sliceCandles(served, 0, bars)));
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
});

test('a page that contradicts what is stored is refused, and the store stays as it was', async t => {
  const served = walk(6_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  exchange.script({ path: 'klines', fault: { kind: 'overlapping-otherwise', bars: 5 }, after: 3 });
  await assert.rejects(fetch({ batch: { bars: 1_000, ms: 1e9 } }), { code: 'CANDLES_CONFLICT' });
  const stored = await store.read(BTC);
  assert.equal(stored.openTime.length % 1_000, 0);
  assert.ok(sameBits(stored, sliceCandles(served, 0, stored.openTime.length)));
});

test('while bars follow each other, several pages are under way at once', async t => {
  const served = walk(9_000, '1h', START);
  const { exchange, store, fetch } = await setUp(t, { served });
  let underWay = 0;
  let most = 0;
  const venue = await venueAt(t, exchange, {
    transport: async (input, init) => {
      most = Math.max(most, ++underWay);
      await new Promise(resolve => setTimeout(resolve, 20));
      return await globalThis.fetch(input, init).finally(() => underWay--);
    },
  });
  await fetch({}, venue);
  assert.ok(most > 1 && most <= 4, `${most} at once`);
  assert.ok(sameBits(await store.read(BTC), served));
});

test('holes in bars that came from elsewhere are filled, the others stay as they are', async t => {
  const served = walk(100, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  const imported = without(served, time => time >= START + 40 * HOUR && time < START + 45 * HOUR);
  imported.volume[10] += 1;
  await store.append(BTC, imported, { kind: 'spot', source: 'file' });
  assert.equal((await fetch()).added, 5);
  const stored = await store.read(BTC);
  assert.deepEqual(stored.close, served.close);
  assert.equal(stored.volume[10], imported.volume[10]);
});

test('what was fetched before an error is stored, and the next run goes on from there', async t => {
  const served = walk(6_000, '1h', START);
  const { exchange, store, fetch, asked } = await setUp(t, { served });
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 524, body: '' }, after: 3, times: 20 });
  await assert.rejects(fetch(), (error: AlphaloomError) => {
    assert.deepEqual([error.code, error.details.added], ['VENUE_UNREACHABLE', 3_000]);
    return true;
  });
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + 3_000 * HOUR)));
  exchange.clearScript();
  asked();
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
  assert.ok(asked().every(query => Number(query.get('startTime')) >= START + 3_000 * HOUR));
});

test('passing troubles are counted as retries', async t => {
  const served = walk(2_500, '1h', START);
  const { exchange, fetch } = await setUp(t, { served });
  exchange.script({ path: 'klines', fault: { kind: 'truncated' }, after: 1, times: 2 });
  const report = await fetch();
  assert.deepEqual([report.added, report.retries], [2_500, 2]);
});

test('an interruption ends in good order: what was fetched is stored', async t => {
  const served = walk(9_000, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  const controller = new AbortController();
  const report = await fetch({
    signal: controller.signal,
    onProgress: ({ bars }) => {
      if (bars >= 3_000) controller.abort('SIGINT');
    },
  });
  assert.equal(report.interrupted, true);
  assert.ok(report.added >= 3_000 && report.added < 9_000);
  assert.ok(sameBits(await store.read(BTC), between(served, START, START + report.added * HOUR)));
  await fetch();
  assert.ok(sameBits(await store.read(BTC), served));
});

test('several pages are written at once', async t => {
  const served = walk(6_000, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  const append = store.append;
  const written: number[] = [];
  store.append = (series, candles, ...rest) => {
    written.push(candles.openTime.length);
    return append(series, candles, ...rest);
  };
  await fetch();
  assert.deepEqual(written, [3_000, 3_000]);
});

test('a page does not wait for long to be written, however slow the venue', async t => {
  const served = walk(3_000, '1h', START);
  const { store, fetch } = await setUp(t, { served });
  const append = store.append;
  const written: number[] = [];
  store.append = (series, candles, ...rest) => {
    written.push(candles.openTime.length);
    return append(series, candles, ...rest);
  };
  let time = 0;
  await fetch({ monotonicMs: () => (time += 4_000), batch: { bars: 1e9, ms: 3_000 } });
  assert.deepEqual(written, [1_000, 1_000, 1_000]);
});

test('another settlement of the same pair is not mixed in', async t => {
  const served = walk(100, '1h', START);
  const { store, venue, fetch } = await setUp(t, { served });
  await fetch();
  const btc = await venue.market('BTCUSDT');
  await store.recordMarket(BTC, { ...btc, unifiedSymbol: 'BTC/USDT:USDT' });
  await assert.rejects(fetch(), { code: 'CANDLES_CONFLICT', message: /another market/ });
});

test('whatever is missing where, the store ends equal to the venue and nothing is asked twice', async t => {
  const scenario = fc.record({
    bars: fc.integer({ min: 30, max: 2_500 }),
    holes: fc.array(fc.record({ at: fc.nat(2_500), length: fc.integer({ min: 1, max: 1_200 }) }), {
      maxLength: 3,
    }),
    pageStyle: fc.constantFrom('first-bars' as const, 'window' as const),
    cuts: fc.array(fc.nat(2_500), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ bars, holes, pageStyle, cuts }) => {
      const all = walk(bars, '1h', START);
      // The first and the last bar stay, so that there is something to end with.
      const isMissing = (time: number) => {
        const row = (time - START) / HOUR;
        return row > 0 && row < bars - 1 && holes.some(({ at, length }) => row >= at && row < at + length);
      };
      const served = without(all, isMissing);
      const { store, fetch, asked } = await setUp(t, { served, pageStyle });
      for (const cut of cuts) await fetch({ since: START + cut * HOUR, batch: { bars: 300, ms: 60_000 } });
      await fetch();
      assert.ok(sameBits(await store.read(BTC), served));
      asked();
      await fetch();
      assert.deepEqual(asked(), []);
    }),
    { numRuns: 15 },
  );
});

test('a recorded month of minutes with an outage arrives bit by bit', { skip: withoutShared }, async t => {
  const served = await readCandleFile(join(sharedData, 'candles/binance/BTCUSDT/1m.parquet'));
  const series: Series = { ...BTC, timeframe: '1m' };
  const { store, fetch } = await setUp(t, { served, series });
  const report = await fetch({ batch: { bars: 20_000, ms: 60_000 } });
  assert.ok(sameBits(await store.read(series), served));
  assert.deepEqual(
    report.absent.map(({ fromTime, toTime }) => (toTime - fromTime) / 60_000 + 1),
    [284],
  );
});
