import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Candles } from '../../contracts/candles.ts';
import { type MarketKind, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { type LoopbackExchange, startLoopbackExchange } from '../../venues/loopback/exchange.ts';
import type { LoopbackMarket } from '../../venues/loopback/market.ts';
import { createRateBudget } from '../../venues/rate-budget.ts';
import { createVenueClient, type VenueClient, type VenueParts } from '../../venues/venue-client.ts';

/** Bars of a walk that has every value different, so that a bar out of place shows. */
export function walk(bars: number, timeframe: Timeframe, startTime: number): Candles {
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  let price = 100;
  const columns = { openTime: [], open: [], high: [], low: [], close: [], volume: [] } as Record<
    keyof Candles,
    number[]
  >;
  for (let row = 0; row < bars; row++) {
    const close = Number((price * (1 + 0.01 * (random() - 0.5))).toFixed(6));
    columns.openTime.push(startTime + row * TIMEFRAME_MS[timeframe]);
    columns.open.push(price);
    columns.close.push(close);
    columns.high.push(Number((Math.max(price, close) * (1 + 0.002 * random())).toFixed(6)));
    columns.low.push(Number((Math.min(price, close) * (1 - 0.002 * random())).toFixed(6)));
    columns.volume.push(Number((1 + 100 * random()).toFixed(5)));
    price = close;
  }
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]),
  ) as unknown as Candles;
}

/** The bars for which `keeps` holds. */
export function without(candles: Candles, isMissing: (openTime: number) => boolean): Candles {
  const rows = [...candles.openTime.keys()].filter(row => !isMissing(candles.openTime[row]));
  return Object.fromEntries(
    Object.entries(candles).map(([name, column]) => [name, Float64Array.from(rows, row => column[row])]),
  ) as unknown as Candles;
}

export function market(candles: Candles, changes: Partial<LoopbackMarket> = {}): LoopbackMarket {
  return { base: 'BTC', quote: 'USDT', kind: 'spot', timeframe: '1h', candles, ...changes };
}

/** A loopback exchange that ends with the test. */
export async function loopback(
  t: TestContext,
  options: Parameters<typeof startLoopbackExchange>[0],
): Promise<LoopbackExchange> {
  const exchange = await startLoopbackExchange(options);
  t.after(() => exchange.close());
  return exchange;
}

export interface TestVenue extends VenueClient {
  /** Hosts that requests were sent to. */
  readonly hosts: ReadonlySet<string>;
  /** Waits between tries, ms; none is really waited. */
  readonly delays: readonly number[];
}

/** The real client (ccxt's Binance) of a loopback exchange, quick to try again; it can't reach anything else. */
export async function venueAt(
  t: TestContext,
  exchange: LoopbackExchange,
  changes: Partial<VenueParts> & { kind?: MarketKind } = {},
): Promise<TestVenue> {
  const { kind = 'spot', ...parts } = changes;
  const folder = mkdtempSync(join(tmpdir(), 'alphaloom-venue-'));
  const clock = { now: Date.now, sleep: async (ms: number) => void (await sleep(ms)) };
  const budget = createRateBudget(join(folder, 'venues.sqlite'), clock);
  t.after(async () => {
    await budget.close();
    await rm(folder, { recursive: true, force: true });
  });
  const hosts = new Set<string>();
  const delays: number[] = [];
  const client = await createVenueClient(
    {
      venue: kind === 'spot' ? 'binance' : 'binance-usdm',
      kind,
      exchange: kind === 'spot' ? 'binance' : 'binanceusdm',
      host: exchange.address,
    },
    {
      budget,
      use: 'data',
      loopbackOnly: true,
      transport: (input, init) => {
        hosts.add(new URL(String(input)).host);
        return fetch(input, init);
      },
      now: Date.now,
      monotonicMs: () => performance.now(),
      random: () => 0.5,
      sleep: async ms => {
        delays.push(ms);
      },
      retries: { attempts: 4, firstDelayMs: 100, maxDelayMs: 1_000 },
      deadlineMs: 5_000,
      maxBodyBytes: 8_000_000,
      maxWaitMs: 5_000,
      ...parts,
    },
  );
  t.after(() => {
    // Whatever a test did, nothing went anywhere else.
    assert.deepEqual(
      [...hosts].filter(host => `http://${host}` !== exchange.address),
      [],
    );
  });
  return Object.assign(client, { hosts, delays });
}
