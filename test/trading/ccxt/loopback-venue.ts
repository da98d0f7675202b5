import type { TestContext } from 'node:test';
import { createCcxtVenue } from '../../../trading/ccxt/ccxt-venue.ts';
import type { Venue } from '../../../trading/venue.ts';
import { binance } from '../../../venues/cards/binance.ts';
import type { LoopbackTradingExchange } from '../../../venues/loopback/exchange.ts';
import type { ScriptedFault } from '../../../venues/loopback/faults.ts';
import type { VenueParts } from '../../../venues/prepared-exchange.ts';
import type { VenueCredentials } from '../../../venues/signing.ts';
import {
  barsFrom,
  type HandClock,
  KEY,
  START,
  type TradingSetUp,
  tradingScene,
} from '../../support/trading-exchange.ts';
import type {
  BrokenAnswer,
  MakeVenue,
  VenueRequestName,
  VenueScene,
  VenueTrouble,
} from '../venue-contract.ts';

const PATHS: Readonly<Record<VenueRequestName, Pick<ScriptedFault, 'path' | 'method'>>> = {
  submit: { path: 'order', method: 'POST' },
  lookUp: { path: 'order', method: 'GET' },
  cancel: { path: 'order', method: 'DELETE' },
  openOrders: { path: 'openOrders' },
  recentOrders: { path: 'allOrders' },
  fills: { path: 'myTrades' },
  balances: { path: 'account' },
};

const FAULTS: Readonly<Record<BrokenAnswer, Pick<ScriptedFault, 'fault' | 'when'>>> = {
  cut: { fault: { kind: 'cut' } },
  truncated: { fault: { kind: 'truncated' } },
  empty: { fault: { kind: 'empty' } },
  object: { fault: { kind: 'object' } },
  html: { fault: { kind: 'html' } },
  stalled: { fault: { kind: 'stalled' } },
  'reset-after': { fault: { kind: 'reset' }, when: 'after' },
  'unavailable-after': { fault: { kind: 'status', status: 503, body: '' }, when: 'after' },
  'unnamed-status-after': { fault: { kind: 'status', status: 524, body: 'error code: 524' }, when: 'after' },
  'reset-before': { fault: { kind: 'reset' }, when: 'before' },
  'unavailable-before': { fault: { kind: 'status', status: 503, body: '' }, when: 'before' },
  'unnamed-status-before': {
    fault: { kind: 'status', status: 524, body: 'error code: 524' },
    when: 'before',
  },
  'rate-limited-before': { fault: { kind: 'rate-limited', retryAfter: '0' }, when: 'before' },
  'rate-limited-after': { fault: { kind: 'rate-limited', retryAfter: '0' }, when: 'after' },
};

export interface LoopbackVenueScene extends VenueScene {
  readonly venue: Venue;
  readonly exchange: LoopbackTradingExchange;
  readonly clock: HandClock;
  readonly trouble: VenueTrouble;
}

const UNLIMITED: VenueParts['budget'] = { take: async () => 0, block: async () => {}, close: async () => {} };

/** The ccxt venue by Binance's card against a loopback exchange whose clock a test moves. */
export async function loopbackVenue(
  t: TestContext,
  {
    deadlineMs = 20_000,
    credentials = () => KEY,
    parts = {},
    ...setUp
  }: TradingSetUp & {
    readonly deadlineMs?: number;
    readonly credentials?: () => VenueCredentials;
    readonly parts?: Partial<VenueParts>;
  } = {},
): Promise<LoopbackVenueScene> {
  const { exchange, clock } = await tradingScene(t, {
    ...setUp,
    market: { tick: '0.01', lot: '0.00001', minNotional: '5', ...setUp.market },
  });
  const venue = await createCcxtVenue({
    settings: { venue: 'binance', kind: 'spot', exchange: 'binance', host: exchange.address },
    card: binance,
    credentials,
    parts: {
      budget: UNLIMITED,
      use: 'trading',
      loopbackOnly: true,
      transport: (input, init) => fetch(input, init),
      now: clock.now,
      monotonicMs: clock.now,
      random: () => 0.5,
      sleep: async () => {},
      retries: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      deadlineMs,
      maxBodyBytes: 50_000_000,
      maxWaitMs: 0,
      ...parts,
    },
  });
  let bars = setUp.bars?.length ?? 1;
  // The end of the bars that there are: the next one begins with the next millisecond.
  clock.advance(bars * 1_000 - 1);
  return {
    venue,
    exchange,
    clock,
    plan: null,
    async bar(bar) {
      exchange.feed('BTCUSDT', barsFrom(START + bars * 1_000, '1s', [bar]));
      bars++;
      clock.advance(1_000);
      exchange.inspect();
    },
    trouble: troubleOf(exchange),
  };
}

export const makeLoopbackVenue: MakeVenue = (t, { makerShare, deadlineMs, usdt = '10000' } = {}) =>
  loopbackVenue(t, {
    deadlineMs,
    account: {
      balances: { USDT: usdt, BTC: '1' },
      ...(makerShare === undefined ? {} : { matching: { makerShare } }),
    },
  });

function troubleOf(exchange: LoopbackTradingExchange): VenueTrouble {
  return {
    breakNext: (request, how) => exchange.script({ ...PATHS[request], ...FAULTS[how] }),
    confuseNext: request => exchange.script({ ...PATHS[request], fault: { kind: 'other-order' } }),
    spoilFills: how =>
      exchange.script({
        ...PATHS.fills,
        fault: { kind: how === 'twice' ? 'duplicate-trades' : 'unordered-trades' },
      }),
    acceptedOrders: () => exchange.inspect().orders.length,
    skewClock(ms) {
      exchange.skewMs = ms;
    },
    revokeKey: () => exchange.revokeKey(KEY.apiKey),
    setMarket: status =>
      exchange.setStatus(
        'BTCUSDT',
        { open: 'TRADING', closed: 'HALT', delisted: 'DELISTED' }[status] as never,
      ),
    lagQueries(ms) {
      exchange.queryLagMs = ms;
    },
  };
}
