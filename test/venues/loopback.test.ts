import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loopback, market, walk } from '../support/loopback.ts';
import { sharedData, withoutShared } from '../support/shared.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BARS = walk(2_000, '1h', START);
const NOW = START + 1_999.5 * HOUR;

async function setUp(t: TestContext, now = () => NOW) {
  const exchange = await loopback(t, {
    markets: [market(BARS), market(BARS, { kind: 'swap' })],
    now,
  });
  const get = async (path: string) => {
    const response = await fetch(`${exchange.address}${path}`);
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  };
  return { exchange, get };
}

const ROUTES = [
  ['/api/v3/klines', 'symbol=BTCUSDT&interval=1h&limit=5'],
  ['/api/v3/exchangeInfo', ''],
  ['/api/v3/depth', 'symbol=BTCUSDT&limit=5'],
  ['/api/v3/trades', 'symbol=BTCUSDT&limit=5'],
  ['/api/v3/ticker/24hr', 'symbol=BTCUSDT'],
  ['/api/v3/ticker/bookTicker', 'symbol=BTCUSDT'],
  ['/fapi/v1/klines', 'symbol=BTCUSDT&interval=1h&limit=5'],
  ['/fapi/v1/exchangeInfo', ''],
  ['/fapi/v1/depth', 'symbol=BTCUSDT&limit=5'],
  ['/fapi/v1/time', ''],
] as const;

for (const [path, query] of ROUTES) {
  test(`${path} has the shape of the recorded one`, { skip: withoutShared }, async t => {
    const { get } = await setUp(t);
    const { status, body } = await get(`${path}?${query}`);
    assert.equal(status, 200);
    assertShape(body, recorded(path), path);
  });
}

/** The first successful recorded answer of a path. */
function recorded(path: string): unknown {
  const file = join(sharedData, 'rest/binance-rest-recordings.json');
  const { routes } = JSON.parse(readFileSync(file, 'utf8'));
  return routes[path].GET.find(({ data }: { data: { code?: number } }) => data.code === undefined).data;
}

/** Every field that is served stands in the recording, too, with a value of the same type. */
function assertShape(served: unknown, reference: unknown, at: string): void {
  assert.equal(typeOf(served), typeOf(reference), at);
  if (Array.isArray(served) && Array.isArray(reference)) {
    const isTuple = typeof served[0] !== 'object';
    if (isTuple) assert.equal(served.length, reference.length, at);
    served.forEach((item, index) => {
      assertShape(item, reference[isTuple ? index : 0] ?? reference[0], `${at}[${index}]`);
    });
  } else if (typeof served === 'object' && served !== null) {
    for (const [key, value] of Object.entries(served)) {
      // Filters and orders differ by market, and lists may be empty.
      if (
        [
          'filters',
          'orderTypes',
          'permissions',
          'permissionSets',
          'exchangeFilters',
          'rateLimits',
          'timeInForce',
        ].includes(key)
      )
        continue;
      if (OPTIONAL.includes(key)) continue;
      const other = (reference as Record<string, unknown>)[key];
      assert.notEqual(other, undefined, `${at}.${key} is not in the recording`);
      assertShape(value, other, `${at}.${key}`);
    }
  }
}

/** Fields of today's interface that the recordings are too old for, or left out. */
const OPTIONAL = ['timezone', 'time'];

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

test('a page has a thousand bars at most, and five hundred unless told', async t => {
  const { get } = await setUp(t);
  const count = async (query: string) =>
    (await get(`/api/v3/klines?symbol=BTCUSDT&interval=1h${query}`)).body.length;
  assert.equal(await count(''), 500);
  assert.equal(await count('&limit=5000'), 1_000);
  assert.equal(await count(`&startTime=${START}&limit=5000`), 1_000);
  assert.equal(await count(`&startTime=${START}&endTime=${START + 9 * HOUR}`), 10);
});

test('the newest bar is unfinished: it shows its first trade only, and later ones are not there', async t => {
  const { get } = await setUp(t);
  const { body } = await get('/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=2');
  const [finished, unfinished] = body;
  assert.deepEqual([finished[0], Number(finished[4])], [START + 1_998 * HOUR, BARS.close[1_998]]);
  assert.deepEqual([unfinished[0], Number(unfinished[4])], [START + 1_999 * HOUR, BARS.open[1_999]]);
});

test('longer timeframes are made of the market’s bars, shorter ones are refused', async t => {
  const { get } = await setUp(t);
  const day = (await get(`/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=${START}&limit=1`)).body[0];
  assert.equal(Number(day[2]), Math.max(...BARS.high.subarray(0, 24)));
  assert.equal(Number(day[4]), BARS.close[23]);
  assert.equal((await get('/api/v3/klines?symbol=BTCUSDT&interval=1m')).status, 400);
});

test('errors are Binance’s', async t => {
  const { get } = await setUp(t);
  const unknown = await get('/api/v3/klines?symbol=NOPE&interval=1h');
  assert.deepEqual([unknown.status, unknown.body], [400, { code: -1121, msg: 'Invalid symbol.' }]);
  assert.equal((await get('/api/v3/klines?interval=1h')).body.code, -1102);
  assert.equal((await get('/api/v3/klines?symbol=BTCUSDT&interval=2h')).body.code, -1120);
  assert.equal((await get('/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=x')).body.code, -1100);
  assert.equal((await get('/api/v3/account')).status, 404);
});

test('weights are counted, and beyond the minute’s limit requests are refused until it ends, then banned', async t => {
  const minuteStart = Math.floor(NOW / 60_000) * 60_000;
  let now = minuteStart + 10_000;
  const { get } = await setUp(t, () => now);
  const list = '/api/v3/ticker/24hr';
  for (let request = 1; request <= 75; request++) {
    const { status, headers } = await get(list);
    assert.equal(status, 200);
    assert.equal(headers.get('x-mbx-used-weight-1m'), String(80 * request));
  }
  const refused = await get(list);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '50']);
  for (let request = 0; request < 20; request++) await get(list);
  assert.equal((await get(list)).status, 418);
  now = minuteStart + 60_000;
  assert.equal((await get(list)).status, 418);
  now += 120_000;
  assert.equal((await get(list)).status, 200);
});

test('the two sections have limits of their own', async t => {
  const { get } = await setUp(t);
  await get('/fapi/v1/klines?symbol=BTCUSDT&interval=1h&limit=1000');
  assert.equal((await get('/fapi/v1/time')).headers.get('x-mbx-used-weight-1m'), '6');
  assert.equal((await get('/api/v3/time')).headers.get('x-mbx-used-weight-1m'), '1');
});
