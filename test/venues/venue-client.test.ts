import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVenueHost } from '../../contracts/venue-host.ts';
import { loadExchange } from '../../venues/exchange-module.ts';
import type { RateBudget } from '../../venues/rate-budget.ts';
import { rateLimitOf } from '../../venues/rate-limits.ts';
import { createVenueClient } from '../../venues/venue-client.ts';
import { createVenueFetch } from '../../venues/venue-fetch.ts';
import { runScript } from '../support/child-process.ts';
import { loopback, market, venueAt, walk } from '../support/loopback.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BARS = walk(50, '1h', START);

const NO_BUDGET: RateBudget = { take: async () => 0, block: async () => {}, close: async () => {} };
const FETCH = {
  venue: 'binance',
  host: null,
  loopbackOnly: false,
  deadlineMs: 1_000,
  maxBodyBytes: 1_000,
  budget: NO_BUDGET,
  now: Date.now,
};

test('requests may be sent to https or to this machine, nowhere else', () => {
  for (const host of [
    'http://127.0.0.1:9000',
    'http://localhost:1',
    'http://[::1]:80',
    'https://proxy.example.com',
  ])
    assert.ok(isVenueHost(host), host);
  for (const host of [
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://0.0.0.0:1',
    'ftp://127.0.0.1',
    'https://user@example.com',
    'https://example.com/path',
    '127.0.0.1:9000',
  ])
    assert.ok(!isVenueHost(host), host);
});

test('a host that is neither is refused before anything is sent', () => {
  assert.throws(() => createVenueFetch({ ...FETCH, host: 'http://example.com', transport: fetch }), {
    code: 'CONFIG_INVALID',
  });
});

test('where only loopback is allowed, nothing else is sent', async () => {
  const sent: string[] = [];
  const transport: typeof fetch = async input => {
    sent.push(String(input));
    return new Response('{}');
  };
  const ask = createVenueFetch({ ...FETCH, loopbackOnly: true, transport });
  await assert.rejects(ask('https://api.binance.com/api/v3/time', {}), { code: 'INTERNAL' });
  assert.deepEqual(sent, []);
});

test('the host is rewritten after ccxt has signed, path and query stay', async () => {
  const sent: string[] = [];
  const transport: typeof fetch = async input => {
    sent.push(String(input));
    return new Response('{}');
  };
  const ask = createVenueFetch({ ...FETCH, host: 'http://127.0.0.1:9000', transport });
  await ask('https://api.binance.com:8443/api/v3/klines?symbol=BTCUSDT&limit=5', {});
  assert.deepEqual(sent, ['http://127.0.0.1:9000/api/v3/klines?symbol=BTCUSDT&limit=5']);
});

test('a redirect is not followed', async t => {
  const exchange = await loopback(t, { markets: [market(BARS)], now: () => START });
  exchange.script({ path: 'time', fault: { kind: 'redirect', to: 'https://example.com/' } });
  const ask = createVenueFetch({ ...FETCH, host: exchange.address, loopbackOnly: true, transport: fetch });
  await assert.rejects(ask('https://api.binance.com/api/v3/time', {}), { code: 'VENUE_UNREACHABLE' });
});

test('an exchange that nobody knows is answered with the nearest', async () => {
  await assert.rejects(loadExchange('binnance', 'binnance', {}), {
    code: 'VENUE_UNKNOWN',
    message: /near are binance/,
  });
  await assert.rejects(loadExchange('x', '../package', {}), { code: 'VENUE_UNKNOWN' });
});

test('a venue loads its own exchange’s module, not the package’s index of all', async () => {
  const [{ loaded, ms }] = (await runScript(new URL('import-process.ts', import.meta.url).pathname, [])) as {
    loaded: string[];
    ms: number;
  }[];
  assert.deepEqual(
    loaded.filter(name => !['Exchange', 'kraken'].includes(name)),
    [],
  );
  assert.ok(ms < 2_000);
});

for (const aheadMs of [-600_000, 600_000]) {
  test(`the venue’s clock counts, ${aheadMs} ms away from ours`, async t => {
    const exchange = await loopback(t, { markets: [market(BARS)], now: () => Date.now() + aheadMs });
    const venue = await venueAt(t, exchange);
    const error = (await venue.now()) - (Date.now() + aheadMs);
    assert.ok(error <= 0 && error > -1_000, `${error} ms`);
    await venue.now();
    assert.equal(exchange.requests.filter(({ path }) => path === 'time').length, 1);
  });
}

test('the round trip makes the venue’s clock early, never late', async t => {
  const exchange = await loopback(t, { markets: [market(BARS)], now: Date.now });
  const slow: typeof fetch = async (input, init) => {
    await new Promise(resolve => setTimeout(resolve, 150));
    return fetch(input, init);
  };
  const early = await venueAt(t, exchange, { transport: slow });
  assert.ok((await early.now()) <= Date.now());
});

for (const setMs of [-120_000, 120_000]) {
  test(`when our clock is set by ${setMs} ms, the venue’s is measured anew`, async t => {
    const exchange = await loopback(t, { markets: [market(BARS)], now: Date.now });
    let ours = 0;
    const venue = await venueAt(t, exchange, { now: () => Date.now() + ours });
    await venue.now();
    ours = setMs;
    const error = (await venue.now()) - Date.now();
    assert.ok(error <= 0 && error > -1_000, `${error} ms`);
  });
}

test('a time that is none is an invalid answer', async t => {
  const exchange = await loopback(t, { markets: [market(BARS)], now: Date.now });
  exchange.script({ path: 'time', fault: { kind: 'object' }, times: 9 });
  await assert.rejects((await venueAt(t, exchange)).now(), { code: 'VENUE_ANSWER_INVALID' });
});

test('requests count against the budget of their host by their weight', async t => {
  const taken: { host: string; cost: number; use: string }[] = [];
  const budget: RateBudget = {
    ...NO_BUDGET,
    take: async ({ host, cost, use }) => {
      taken.push({ host, cost, use });
      return 0;
    },
  };
  const exchange = await loopback(t, { markets: [market(BARS)], now: () => START + 60 * HOUR });
  const venue = await venueAt(t, exchange, { budget });
  await venue.bars(await venue.market('BTCUSDT'), { timeframe: '1h', since: START, limit: 1_000 });
  // ccxt counts 1,200 units a minute where Binance counts a weight of 6,000.
  assert.deepEqual(taken, [
    { host: 'api.binance.com', cost: 4, use: 'data' },
    { host: 'api.binance.com', cost: 0.4, use: 'data' },
  ]);
});

test('limits that an exchange states are used, others are paced within a second', async () => {
  assert.deepEqual(rateLimitOf(await loadExchange('b', 'binance', {})), {
    windowMs: 60_000,
    capacity: 1_200,
  });
  assert.deepEqual(rateLimitOf(await loadExchange('k', 'kraken', {})), { windowMs: 10_000, capacity: 10 });
  assert.deepEqual(rateLimitOf(await loadExchange('b', 'bitfinex', {})), { windowMs: 1_000, capacity: 4 });
});

test('every venue that is known by name has its exchange', async t => {
  const exchange = await loopback(t, { markets: [], now: Date.now });
  for (const [venue, kind] of [
    ['binance', 'spot'],
    ['binance-usdm', 'swap'],
    ['bitfinex', 'spot'],
    ['coinbase', 'spot'],
    ['kraken', 'spot'],
  ] as const) {
    const client = await createVenueClient(
      { venue, kind, exchange: venue.replaceAll('-', ''), host: exchange.address },
      {
        budget: NO_BUDGET,
        use: 'data',
        transport: fetch,
        loopbackOnly: true,
        now: Date.now,
        monotonicMs: () => performance.now(),
        random: Math.random,
        sleep: async () => {},
        retries: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
        deadlineMs: 1_000,
        maxBodyBytes: 1_000,
        maxWaitMs: 1_000,
      },
    );
    assert.ok(client.barsPerPage >= 300, `${venue}: ${client.barsPerPage}`);
    assert.ok(client.timeframes.includes('1h'), venue);
  }
});

test('an exchange of another interface is asked in its own way, and its emptiness judged by its own shape', async () => {
  const pair = {
    altname: 'XBTUSD',
    wsname: 'XBT/USD',
    base: 'XXBT',
    quote: 'ZUSD',
    pair_decimals: 1,
    lot_decimals: 8,
    tick_size: '0.1',
    ordermin: '0.00005',
    costmin: '0.5',
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
    status: 'online',
  };
  const bar = [START / 1_000, '1', '2', '0.5', '1.5', '1.2', '10', 3];
  const answers: Record<string, unknown> = {
    '/0/public/AssetPairs': { error: [], result: { XXBTZUSD: pair } },
    '/0/public/Time': { error: [], result: { unixtime: START / 1_000 } },
    '/0/public/OHLC': { error: [], result: { XXBTZUSD: [bar], last: START / 1_000 } },
  };
  const asked: string[] = [];
  const client = await createVenueClient(
    { venue: 'kraken', kind: 'spot', exchange: 'kraken', host: 'http://127.0.0.1:1' },
    {
      budget: NO_BUDGET,
      use: 'data',
      transport: async input => {
        const { pathname } = new URL(String(input));
        asked.push(pathname);
        return new Response(JSON.stringify(answers[pathname]));
      },
      loopbackOnly: true,
      now: () => START,
      monotonicMs: () => performance.now(),
      random: Math.random,
      sleep: async () => {},
      retries: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      deadlineMs: 1_000,
      maxBodyBytes: 10_000,
      maxWaitMs: 1_000,
    },
  );
  const btc = await client.market('BTCUSD');
  assert.deepEqual([btc.unifiedSymbol, btc.tick, btc.minNotional], ['BTC/USD', '0.1', '0.5']);
  const ask = () => client.bars(btc, { timeframe: '1h', since: START, limit: 10 });
  assert.deepEqual([...(await ask()).volume], [10]);
  assert.equal(await client.now(), START);
  assert.deepEqual(asked, ['/0/public/AssetPairs', '/0/public/OHLC', '/0/public/Time']);
  answers['/0/public/OHLC'] = { error: [], result: { XXBTZUSD: [], last: 0 } };
  assert.equal((await ask()).openTime.length, 0);
  answers['/0/public/OHLC'] = { error: [], result: {} };
  await assert.rejects(ask, { code: 'VENUE_ANSWER_INVALID' });
});
