import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AlphaloomError, ErrorCode } from '../../contracts/errors.ts';
import type { Fault } from '../../venues/loopback/faults.ts';
import { loopback, market, venueAt, walk } from '../support/loopback.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BARS = walk(50, '1h', START);
const NOW = START + 60 * HOUR;
const QUESTION = { timeframe: '1h', since: START, limit: 20 } as const;

/** The real client beside an exchange with one market; `ask` is one question for bars, `retries` what it went through. */
async function setUp(t: TestContext, changes = {}) {
  const exchange = await loopback(t, { markets: [market(BARS)], now: () => NOW });
  const venue = await venueAt(t, exchange, changes);
  const btc = await venue.market('BTCUSDT');
  const retries: AlphaloomError[] = [];
  const onRetry = (error: AlphaloomError) => retries.push(error);
  return { exchange, venue, retries, ask: () => venue.bars(btc, QUESTION, { onRetry }) };
}

const PASSING: readonly (readonly [title: string, fault: Fault, code: ErrorCode])[] = [
  [
    'a 500',
    { kind: 'status', status: 500, body: '{"code":-1000,"msg":"Internal error."}' },
    'VENUE_UNREACHABLE',
  ],
  [
    'a 502 with a page',
    { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' },
    'VENUE_UNREACHABLE',
  ],
  [
    'a 524 of the network before it',
    { kind: 'status', status: 524, body: 'error code: 524' },
    'VENUE_UNREACHABLE',
  ],
  ['an empty 200', { kind: 'empty' }, 'VENUE_ANSWER_INVALID'],
  ['JSON that ends in the middle', { kind: 'truncated' }, 'VENUE_ANSWER_INVALID'],
  ['a body that breaks off', { kind: 'cut' }, 'VENUE_UNREACHABLE'],
  ['an empty object instead of a list', { kind: 'object' }, 'VENUE_ANSWER_INVALID'],
  ['a bar twice with two values', { kind: 'contradicting' }, 'VENUE_ANSWER_INVALID'],
  [
    'a page of HTML with status 200',
    { kind: 'status', status: 200, body: '<html>Sign in to the network</html>' },
    'VENUE_ANSWER_INVALID',
  ],
  [
    'bars that are no numbers',
    { kind: 'status', status: 200, body: '[[1704067200000,"a","b","c","d","e"]]' },
    'VENUE_ANSWER_INVALID',
  ],
  [
    'bars beside the grid',
    { kind: 'status', status: 200, body: '[[1704067200001,"1","1","1","1","1"]]' },
    'VENUE_ANSWER_INVALID',
  ],
  [
    'an object around other things',
    { kind: 'status', status: 200, body: '{"status":"ok","rows":7}' },
    'VENUE_ANSWER_INVALID',
  ],
];

for (const [title, fault, code] of PASSING) {
  test(`${title} is asked again, and the answer after it is taken`, async t => {
    const { exchange, retries, ask } = await setUp(t);
    exchange.script({ path: 'klines', fault, times: 2 });
    assert.equal((await ask()).openTime.length, 20);
    assert.deepEqual(
      retries.map(error => error.code),
      [code, code],
    );
  });

  test(`${title} that stays is ${code}, never an empty list`, async t => {
    const { exchange, ask } = await setUp(t);
    exchange.script({ path: 'klines', fault, times: 99 });
    await assert.rejects(ask, { code });
    assert.equal(exchange.requests.filter(request => request.path === 'klines').length, 4);
  });
}

test('delays double and are spread', async t => {
  const { exchange, venue, ask } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'empty' }, times: 3 });
  await ask();
  assert.deepEqual(venue.delays, [75, 150, 300]);
});

test('a stalled body ends at the deadline, and is asked again', async t => {
  const { exchange, retries, ask } = await setUp(t, { deadlineMs: 200 });
  exchange.script({ path: 'klines', fault: { kind: 'stalled' } });
  const startedMs = performance.now();
  assert.equal((await ask()).openTime.length, 20);
  assert.ok(performance.now() - startedMs < 1_500);
  assert.deepEqual(
    retries.map(error => error.code),
    ['VENUE_UNREACHABLE'],
  );
  assert.match(retries[0].message, /did not answer in full within 0.2 s/);
});

test('an answer longer than allowed is cut off', async t => {
  const { ask } = await setUp(t, { maxBodyBytes: 2_200 });
  await assert.rejects(ask, { code: 'VENUE_ANSWER_INVALID', message: /longer than 2200 bytes/ });
});

for (const [name, status] of [
  ['rate-limited', 429],
  ['banned', 418],
] as const) {
  test(`after a ${status} with Retry-After nothing is sent before that time`, async t => {
    const { exchange, ask, retries } = await setUp(t);
    exchange.script({ path: 'klines', fault: { kind: name, retryAfter: '1' } });
    const startedMs = performance.now();
    assert.equal((await ask()).openTime.length, 20);
    const waitedMs = performance.now() - startedMs;
    assert.ok(waitedMs >= 990 && waitedMs < 2_500, `waited ${waitedMs} ms`);
    assert.deepEqual(
      retries.map(error => error.code),
      ['VENUE_RATE_LIMITED'],
    );
    assert.deepEqual(
      exchange.requests.filter(request => request.path === 'klines').map(request => request.fault),
      [name, null],
    );
  });
}

test('Retry-After as a date is obeyed too', async t => {
  const { exchange, ask } = await setUp(t);
  const until = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
  exchange.script({
    path: 'klines',
    fault: { kind: 'rate-limited', retryAfter: new Date(until).toUTCString() },
  });
  await ask();
  assert.ok(Date.now() >= until);
});

test('a wait that is longer than one is willing to is told, with its end', async t => {
  const { exchange, ask } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'banned', retryAfter: '3600' } });
  await assert.rejects(ask, { code: 'VENUE_RATE_LIMITED', message: /not to be asked again before 20/ });
});

test('a 503 that says maintenance is that, at once', async t => {
  const { exchange, ask, retries } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'maintenance' } });
  await assert.rejects(ask, { code: 'VENUE_MAINTENANCE' });
  assert.equal(retries.length, 0);
});

test('a 503 without a word is asked again', async t => {
  const { exchange, ask } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 503, body: 'Service Unavailable' } });
  assert.equal((await ask()).openTime.length, 20);
});

test('a venue that stays away while its status says maintenance is under maintenance', async t => {
  const { exchange, ask } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 504, body: '' }, times: 4 });
  exchange.announcedMaintenance = true;
  await assert.rejects(ask, { code: 'VENUE_MAINTENANCE' });
});

test('a refusal is not asked again', async t => {
  const { exchange, ask, retries } = await setUp(t);
  const body = '{"code":-1100,"msg":"Illegal characters found in a parameter."}';
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 400, body } });
  await assert.rejects(ask, { code: 'VENUE_REFUSED', message: /Illegal characters/ });
  assert.equal(retries.length, 0);
});

test('a place that may not be served is refused, not unreachable', async t => {
  const { exchange, ask } = await setUp(t);
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 451, body: 'restricted location' } });
  await assert.rejects(ask, { code: 'VENUE_REFUSED' });
});

test('a symbol that the venue took off its list meanwhile is unknown', async t => {
  const { exchange, ask } = await setUp(t);
  const body = '{"code":-1121,"msg":"Invalid symbol."}';
  exchange.script({ path: 'klines', fault: { kind: 'status', status: 400, body } });
  await assert.rejects(ask, { code: 'SYMBOL_UNKNOWN' });
});

for (const fault of [
  { kind: 'duplicates' },
  { kind: 'overlapping', bars: 5 },
  { kind: 'unsorted' },
] as const satisfies Fault[]) {
  test(`${fault.kind} bars that agree are put right`, async t => {
    const { exchange, venue } = await setUp(t);
    const btc = await venue.market('BTCUSDT');
    exchange.script({ path: 'klines', fault });
    const bars = await venue.bars(btc, { ...QUESTION, since: START + 10 * HOUR });
    const first = BARS.openTime.indexOf(bars.openTime[0]);
    const rows = bars.openTime.length;
    assert.ok(first <= 10 && first + rows >= 20);
    assert.deepEqual(bars.openTime, BARS.openTime.slice(first, first + rows));
    assert.deepEqual(bars.close, BARS.close.slice(first, first + rows));
  });
}

test('an empty list that the venue sent is believed', async t => {
  const { exchange, venue } = await setUp(t);
  const btc = await venue.market('BTCUSDT');
  exchange.script({ path: 'klines', fault: { kind: 'no-bars' } });
  assert.equal((await venue.bars(btc, QUESTION)).openTime.length, 0);
});

test('a market list of another shape, or without markets, is refused, and asked for anew later', async t => {
  const exchange = await loopback(t, { markets: [market(BARS)], now: () => NOW });
  const venue = await venueAt(t, exchange);
  exchange.script({ path: 'exchangeInfo', fault: { kind: 'object' }, times: 4 });
  await assert.rejects(venue.market('BTCUSDT'), { code: 'VENUE_ANSWER_INVALID' });
  assert.equal((await venue.market('BTCUSDT')).unifiedSymbol, 'BTC/USDT');
});

test('nothing is asked of endpoints that need keys or are of no use', async t => {
  const { exchange, venue, ask } = await setUp(t);
  await venue.now();
  await ask();
  assert.deepEqual(
    exchange.requests.map(({ section, path }) => `${section} ${path}`),
    ['spot exchangeInfo', 'spot time', 'spot klines'],
  );
});

test('an abort ends a request under way', async t => {
  const { exchange, venue } = await setUp(t);
  const btc = await venue.market('BTCUSDT');
  exchange.script({ path: 'klines', fault: { kind: 'stalled' } });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await assert.rejects(venue.bars(btc, QUESTION, { signal: controller.signal }), { message: 'enough' });
});
