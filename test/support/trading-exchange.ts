import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Candles } from '../../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { LoopbackTradingExchange } from '../../venues/loopback/exchange.ts';
import { startTradingExchange } from '../../venues/loopback/exchange.ts';
import type { LoopbackOptions } from '../../venues/loopback/exchange-state.ts';
import type { LoopbackMarket } from '../../venues/loopback/market.ts';
import type { ApiKey } from '../../venues/loopback/signature.ts';
import type { AccountSettings } from '../../venues/loopback/trading-account.ts';
import { createVenueFetch } from '../../venues/venue-fetch.ts';

export const KEY: ApiKey = { apiKey: 'loopback-test-key', secret: 'loopback-test-secret' };
export const START = Date.UTC(2024, 0, 1);

/** A clock that a test moves by hand. */
export interface HandClock {
  now(): number;
  advance(ms: number): void;
}

export function handClock(startTime: number): HandClock {
  let time = startTime;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

/** A bar as open, high, low, close and, unless told, a volume of 100. */
export type PlainBar = readonly [open: number, high: number, low: number, close: number, volume?: number];

/** Bars one after the other. */
export function barsFrom(startTime: number, timeframe: Timeframe, bars: readonly PlainBar[]): Candles {
  const column = (read: (bar: PlainBar) => number) => Float64Array.from(bars, read);
  return {
    openTime: Float64Array.from(bars, (_, row) => startTime + row * TIMEFRAME_MS[timeframe]),
    open: column(bar => bar[0]),
    high: column(bar => bar[1]),
    low: column(bar => bar[2]),
    close: column(bar => bar[3]),
    volume: column(bar => bar[4] ?? 100),
  };
}

export interface TradingSetUp {
  readonly bars?: readonly PlainBar[];
  readonly market?: Partial<LoopbackMarket>;
  /** Markets beside it. */
  readonly others?: readonly LoopbackMarket[];
  readonly account?: Partial<AccountSettings>;
  readonly options?: Partial<LoopbackOptions>;
}

export interface TradingScene {
  readonly exchange: LoopbackTradingExchange;
  readonly clock: HandClock;
  /** The unchanged ccxt client on the project's own fetch; its clock is the test's. */
  readonly client: TradingClient;
}

/**
 * An exchange with one market of 1s bars (BTCUSDT) that begin at START, a clock that stands there, 10,000 USDT and 1 BTC, and
 * a client. It ends with the test.
 */
export async function tradingScene(t: TestContext, setUp: TradingSetUp = {}): Promise<TradingScene> {
  const clock = handClock(START);
  const candles = barsFrom(START, '1s', setUp.bars ?? [[100, 100, 100, 100]]);
  const exchange = await startTradingExchange({
    markets: [
      { base: 'BTC', quote: 'USDT', kind: 'spot', timeframe: '1s', candles, ...setUp.market },
      ...(setUp.others ?? []),
    ],
    now: clock.now,
    account: { balances: { USDT: '10000', BTC: '1' }, keys: [KEY], ...setUp.account },
    ...setUp.options,
  });
  t.after(() => exchange.close());
  return { exchange, clock, client: await tradingClient(exchange.address, clock.now) };
}

/** Unified orders and trades of ccxt, as far as tests look at them; `info` is the exchange's own answer. */
export interface ClientOrder {
  readonly id: string;
  readonly clientOrderId: string;
  readonly status: string;
  readonly filled: number;
  readonly average: number;
  readonly cost: number;
  readonly fees: readonly { readonly currency: string; readonly cost: number }[];
  readonly info: Readonly<Record<string, string>>;
}
export interface ClientTrade {
  readonly id: string;
  readonly order: string;
  readonly price: number;
  readonly amount: number;
  readonly takerOrMaker: string;
  readonly fee: { readonly currency: string; readonly cost: number };
}
export interface ClientBalance {
  readonly free: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  readonly total: Readonly<Record<string, number>>;
}

export interface ClientTicker {
  readonly last: number;
  readonly high: number;
  readonly low: number;
  readonly bid: number;
  readonly ask: number;
}

type Parameters = Readonly<Record<string, unknown>>;

/** What tests use of ccxt's client. */
export interface TradingClient {
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number | string | undefined,
    price?: number | string,
    parameters?: Parameters,
  ): Promise<ClientOrder>;
  fetchOrder(id: string, symbol: string, parameters?: Parameters): Promise<ClientOrder>;
  fetchOpenOrders(symbol?: string): Promise<ClientOrder[]>;
  fetchOrders(
    symbol: string,
    since?: number,
    limit?: number,
    parameters?: Parameters,
  ): Promise<ClientOrder[]>;
  fetchMyTrades(
    symbol: string,
    since?: number,
    limit?: number,
    parameters?: Parameters,
  ): Promise<ClientTrade[]>;
  fetchBalance(): Promise<ClientBalance>;
  fetchTicker(symbol: string): Promise<ClientTicker>;
  fetchOHLCV(symbol: string, timeframe: string): Promise<number[][]>;
  fetchTime(): Promise<number>;
  cancelOrder(id: string, symbol: string, parameters?: Parameters): Promise<ClientOrder>;
  cancelAllOrders(symbol: string): Promise<ClientOrder[]>;
  loadMarkets(reload?: boolean): Promise<Record<string, { readonly active: boolean }>>;
  /** Signed requests as ccxt names them, without anything between. */
  privatePostOrder(parameters: Parameters): Promise<Record<string, unknown>>;
  privateGetOrder(parameters: Parameters): Promise<Record<string, unknown>>;
  privateGetAccount(parameters: Parameters): Promise<Record<string, unknown>>;
  privateDeleteOrder(parameters: Parameters): Promise<Record<string, unknown>>;
  privateGetMyTrades(parameters: Parameters): Promise<Record<string, unknown>[]>;
  privateGetAllOrders(parameters: Parameters): Promise<Record<string, unknown>[]>;
}

/** The unified symbol of the scene's market. */
export const BTC = 'BTC/USDT';

/** That the exchange refuses with a code of Binance's and a message; what the client makes of it is its own affair. */
export async function assertRefused(
  { exchange }: Pick<TradingScene, 'exchange'>,
  request: Promise<unknown>,
  code: number,
  message: RegExp,
): Promise<void> {
  await assert.rejects(request, { message });
  assert.equal(exchange.requests.at(-1)?.code, code);
}

/** ccxt's Binance client, unchanged, at an address of this machine. */
export async function tradingClient(
  host: string,
  now: () => number,
  { key = KEY, deadlineMs = 5_000 }: { readonly key?: ApiKey; readonly deadlineMs?: number } = {},
): Promise<TradingClient> {
  const { default: Binance } = await import(new URL('./src/binance.js', import.meta.resolve('ccxt')).href);
  const client = new Binance({
    apiKey: key.apiKey,
    secret: key.secret,
    enableRateLimit: false,
    options: {
      defaultType: 'spot',
      recvWindow: 5_000,
      fetchMargins: false,
      fetchMarkets: { types: ['spot'] },
      fetchOpenOrders: { warnWithoutSymbol: false },
    },
  });
  client.has.fetchCurrencies = false;
  client.nonce = now;
  client.fetchImplementation = createVenueFetch({
    venue: 'binance',
    host,
    loopbackOnly: true,
    deadlineMs,
    maxBodyBytes: 50_000_000,
    budget: { take: async () => 0, block: async () => {}, close: async () => {} },
    now: Date.now,
    transport: fetch,
  });
  return client as TradingClient;
}
