import { createCcxtVenue } from '../../../trading/ccxt/ccxt-venue.ts';
import { binanceUsdm } from '../../../venues/cards/binance-usdm.ts';
import { type HandClock, handClock, START } from '../../support/trading-exchange.ts';
import type {
  BrokenAnswer,
  MakeVenue,
  VenueRequestName,
  VenueScene,
  VenueTrouble,
} from '../venue-contract.ts';
import { USDM_KEY, UsdmExchange, UsdmRefusal } from './usdm-exchange.ts';

export interface UsdmScene extends VenueScene {
  readonly exchange: UsdmExchange;
  readonly trouble: VenueTrouble;
}

const REQUESTS: Readonly<Record<VenueRequestName, string>> = {
  submit: 'POST order',
  lookUp: 'GET order',
  cancel: 'DELETE order',
  openOrders: 'GET openOrders',
  recentOrders: 'GET allOrders',
  fills: 'GET userTrades',
  balances: 'GET balance',
};

type Spoil = (answer: unknown) => unknown;

/** The ccxt venue by the card of USD-M, over a small exchange in this process. */
export const makeUsdmVenue: MakeVenue = (_, options = {}) => usdmScene(handClock(START + 999), options);

/** @param befalls what becomes of the next request, by its name; null: nothing */
export async function usdmScene(
  clock: HandClock,
  { makerShare, deadlineMs = 20_000, usdt = '10000' }: Parameters<MakeVenue>[1] = {},
  befalls: (name: string) => BrokenAnswer | null = () => null,
): Promise<UsdmScene> {
  const exchange = new UsdmExchange(usdt, makerShare ?? null, clock.now);
  const faults = new Map<string, BrokenAnswer>();
  const spoils = new Map<string, Spoil>();
  const transport: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const signed = init?.method === 'POST' ? String(init.body) : url.search.slice(1);
    const path = url.pathname.replace(/^\/fapi\/v\d\//, '');
    const name = `${init?.method ?? 'GET'} ${path}`;
    const fault = faults.get(name) ?? befalls(name) ?? undefined;
    faults.delete(name);
    if (fault?.endsWith('-before')) return broken(fault, '', init?.signal);
    const key = new Headers(init?.headers).get('x-mbx-apikey');
    let body: string;
    try {
      const answer = exchange.answer(init?.method ?? 'GET', path, new URLSearchParams(signed), key, signed);
      body = JSON.stringify((spoils.get(name) ?? (whole => whole))(answer));
      spoils.delete(name);
    } catch (error) {
      if (!(error instanceof UsdmRefusal)) throw error;
      return new Response(JSON.stringify({ code: error.code, msg: 'no' }), { status: error.status });
    }
    return fault ? broken(fault, body, init?.signal) : new Response(body);
  };
  const venue = await createCcxtVenue({
    settings: { venue: 'binance-usdm', kind: 'swap', exchange: 'binanceusdm', host: 'http://127.0.0.1:1' },
    card: binanceUsdm,
    credentials: () => USDM_KEY,
    parts: {
      budget: { take: async () => 0, block: async () => {}, close: async () => {} },
      use: 'trading',
      loopbackOnly: true,
      transport,
      now: clock.now,
      monotonicMs: clock.now,
      random: () => 0.5,
      sleep: async () => {},
      retries: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      deadlineMs,
      maxBodyBytes: 1_000_000,
      maxWaitMs: 0,
    },
  });
  const scene: UsdmScene = {
    venue,
    exchange,
    clock,
    plan: null,
    async bar(bar) {
      clock.advance(1_000);
      exchange.play(bar);
    },
    trouble: troubleOf(exchange, faults, spoils),
  };
  return scene;
}

function troubleOf(
  exchange: UsdmExchange,
  faults: Map<string, BrokenAnswer>,
  spoils: Map<string, Spoil>,
): VenueTrouble {
  const twice: Spoil = rows => (rows as unknown[]).flatMap(row => [row, row]);
  const newestFirst: Spoil = rows => (rows as unknown[]).toReversed();
  return {
    breakNext: (request, how) => void faults.set(REQUESTS[request], how),
    confuseNext: request =>
      void spoils.set(REQUESTS[request], row => ({
        ...(row as object),
        orderId: 999,
        clientOrderId: 'another',
      })),
    spoilFills: how => void spoils.set(REQUESTS.fills, how === 'twice' ? twice : newestFirst),
    acceptedOrders: () => exchange.orders.length + exchange.stops.length,
    skewClock(ms) {
      exchange.skewMs = ms;
    },
    revokeKey() {
      exchange.isRevoked = true;
    },
    setMarket(status) {
      exchange.status = { open: 'TRADING', closed: 'SETTLING', delisted: 'GONE' }[
        status
      ] as UsdmExchange['status'];
    },
    lagQueries(ms) {
      exchange.lagMs = ms;
    },
  };
}

function broken(how: BrokenAnswer, whole: string, signal: AbortSignal | null | undefined): Response {
  const half = whole.slice(0, Math.floor(whole.length / 2));
  if (how.startsWith('reset')) throw new TypeError('fetch failed');
  if (how.startsWith('unavailable')) return new Response('', { status: 503 });
  if (how.startsWith('unnamed-status')) return new Response('error code: 524', { status: 524 });
  if (how.startsWith('rate-limited')) return new Response('{"code":-1003,"msg":"no"}', { status: 429 });
  if (how === 'cut' || how === 'stalled')
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(half));
          if (how === 'cut') controller.error(new TypeError('terminated'));
          else signal?.addEventListener('abort', () => controller.error(signal.reason));
        },
      }),
    );
  return new Response({ truncated: half, empty: '', object: '{}', html: '<html>' }[how as 'html']);
}
