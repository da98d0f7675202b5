// Fetches a series from a loopback exchange, a few pages at a time, until it is done or killed; says so after each batch.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchCandles } from '../../candles/fetch/index.ts';
import { createCandleStore } from '../../candles/store.ts';
import { createRateBudget } from '../../venues/rate-budget.ts';
import { createVenueClient } from '../../venues/venue-client.ts';

const [root, host, since] = process.argv.slice(2);
const budget = createRateBudget(join(root, 'venues.sqlite'), {
  now: Date.now,
  sleep: async ms => void (await sleep(ms)),
});
const venue = await createVenueClient(
  { venue: 'binance', kind: 'spot', exchange: 'binance', host },
  {
    budget,
    use: 'data',
    transport: fetch,
    loopbackOnly: true,
    now: Date.now,
    monotonicMs: () => performance.now(),
    random: Math.random,
    sleep: async ms => void (await sleep(ms)),
    retries: { attempts: 3, firstDelayMs: 10, maxDelayMs: 100 },
    deadlineMs: 5_000,
    maxBodyBytes: 8_000_000,
    maxWaitMs: 1_000,
  },
);
const store = createCandleStore(root, { now: Date.now });
const report = await fetchCandles(store, venue, {
  series: { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1m' },
  symbol: 'BTCUSDT',
  since: Number(since),
  until: null,
  batch: { bars: 2_000, ms: 60_000 },
  signal: new AbortController().signal,
  monotonicMs: () => performance.now(),
  onProgress: ({ bars }) => console.log(JSON.stringify({ bars })),
  onRetry: () => {},
});
console.log(JSON.stringify({ added: report.added }));
await store.close();
await budget.close();
